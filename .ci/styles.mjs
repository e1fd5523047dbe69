// Compiles web/styles/pages.scss, removes what no template and no script uses, and prints the result. Runs in the
// workspace's root.
import { readFileSync } from 'node:fs';
import { PurgeCSS } from 'purgecss';
import { compile } from 'sass';

const packages = new URL('node_modules/', import.meta.url);
const { version, license } = JSON.parse(readFileSync(new URL('nhsuk-frontend/package.json', packages)));
const { css } = compile('web/styles/pages.scss', {
  style: 'compressed',
  charset: false,
  loadPaths: [packages.pathname],
});
const [purged] = await new PurgeCSS().purge({
  content: ['web/templates/*.html', 'web/assets/pages.js'],
  css: [{ raw: css }],
  // Those of this project may be put together by a template.
  safelist: [/^app-/],
  variables: true,
});
console.log(
  `/* From nhsuk-frontend ${version} (${license}, see nhsuk-frontend-LICENSE.txt) and web/styles, by .ci/styles write */`,
);
console.log(purged.css);
