// Gathers what pages need into dist/desk: libraries as they were released (already minified), our own sheets and scripts
// with comments and indentation taken out. No bundler: nothing here needs one, and no platform package can be missing.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'

const out = new URL('./dist/desk/', import.meta.url)
const here = (path) => new URL(path, import.meta.url)

const squeezeCss = (text) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '')
    .replace(/\s*([{};,])\s*/g, '$1')
    .replace(/;}/g, '}')
// Only whole-line comments and indentation go: safe without a parser.
const squeezeJs = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('//'))
    .join('\n')
const withoutMap = (text) => text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, '\n')

const read = (path) => readFile(here(path), 'utf8')
const write = (name, text) => writeFile(new URL(name, out), text)

await rm(here('./dist'), { recursive: true, force: true })
await mkdir(out, { recursive: true })
const tokens = await read('./src/tokens.css')
const map = await read('./src/map.css')
await write('tabler.css', withoutMap(await read('./node_modules/@tabler/core/dist/css/tabler.min.css')))
await write('desk.css', squeezeCss(tokens + (await read('./src/desk.css')) + (await read('./src/record.css')) + map + (await read('./src/board.css')) + (await read('./src/calendar.css'))))
await write('public.css', squeezeCss(tokens + (await read('./src/public.css')) + map))
await write('htmx.js', withoutMap(await read('./node_modules/htmx.org/dist/htmx.min.js')))
await write('leaflet.js', withoutMap(await read('./node_modules/leaflet/dist/leaflet.js')))
await write('leaflet.css', await read('./node_modules/leaflet/dist/leaflet.css'))
await cp(here('./node_modules/leaflet/dist/images'), new URL('./images/', out), { recursive: true })
for (const name of ['board.js', 'desk.js', 'map.js', 'patch.js', 'public.js']) await write(name, squeezeJs(await read(`./src/${name}`)))
await cp(here('./src/icon.svg'), new URL('./icon.svg', out))
