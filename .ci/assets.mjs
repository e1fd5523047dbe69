// Compiles web/styles/pages.scss, removes what no template and no script uses, and takes the comments and long names out
// of web/scripts/pages.js. Writes both to the folder that is given. Runs in the workspace's root.
import { readFileSync, writeFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
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
  content: ['web/templates/*.html', 'web/scripts/pages.js'],
  css: [{ raw: css }],
  // Those of this project may be put together by a template.
  safelist: [/^app-/],
  variables: true,
});
const [, , folder] = process.argv;
const source = `/* From nhsuk-frontend ${version} (${license}, see nhsuk-frontend-LICENSE.txt) and web/styles, by .ci/assets write */`;
writeFileSync(`${folder}/pages.css`, `${source}\n${purged.css}\n`);
const { code } = transformSync(readFileSync('web/scripts/pages.js'), { minify: true, format: 'esm', target: 'es2022' });
writeFileSync(`${folder}/pages.js`, `// From web/scripts, by .ci/assets write\n${code}`);
