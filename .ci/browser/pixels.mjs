// Reads pictures: what their pixels are, and whether one colour can be told from another.
const WHITE = 255;

/** The pixels of these parts of a picture, each as [red, green, blue]. Chromium itself decodes it, on an empty page. */
export async function pixels(decoder, picture, parts) {
  const found = await decoder.evaluate(async ([base64, boxes]) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
    canvas.drawImage(bitmap, 0, 0);
    return boxes.map(({ x, y, width, height }) => [...canvas.getImageData(x, y, width, height).data]);
  }, [picture.toString('base64'), parts]);
  return found.map((values) => Array.from({ length: values.length / 4 }, (_, index) => values.slice(index * 4, index * 4 + 3)));
}

/** The relative luminance and the contrast of WCAG 2.2. */
const linear = (value) => (value / WHITE <= 0.04045 ? value / WHITE / 12.92 : ((value / WHITE + 0.055) / 1.055) ** 2.4);
const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour that most of these pixels have. */
export function background(colours) {
  const counts = new Map();
  for (const colour of colours) counts.set(`${colour}`, (counts.get(`${colour}`) ?? 0) + 1);
  const [[most]] = [...counts].sort(([, one], [, other]) => other - one);
  return most.split(',').map(Number);
}
