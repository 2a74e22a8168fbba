/** The report's style sheet: one column to read, contents beside it where there is room, tables that scroll on their own. */
export const STYLE = `
:root { --text: #1f2933; --quiet: #5a6672; --line: #dfe4e9; --tint: #f5f7f9; --link: #0b5c93; --bad: #b3450a; --good: #00795c; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-behavior: smooth; }
body { margin: 0; color: var(--text); background: #fff; font: 16px/1.6 Helvetica, Arial, sans-serif; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 1240px; margin: 0 auto; padding: 24px; gap: 0 40px; }
main { min-width: 0; max-width: 900px; }
nav { display: none; font-size: 14px; }
@media (min-width: 1180px) {
  .page { grid-template-columns: 240px minmax(0, 1fr); }
  nav { display: block; position: sticky; top: 24px; align-self: start; max-height: calc(100vh - 48px); overflow: auto; }
}
nav ol { list-style: none; margin: 0; padding: 0 0 0 12px; border-left: 2px solid var(--line); }
nav li { margin: 6px 0; line-height: 1.35; }
nav li.deeper { padding-left: 14px; font-size: 13px; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 30px; line-height: 1.25; margin: 0 0 12px; }
h2 { font-size: 22px; line-height: 1.3; margin: 44px 0 10px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 18px; margin: 28px 0 8px; }
p, ul, ol { margin: 10px 0; }
blockquote { margin: 14px 0; padding: 2px 16px; border-left: 4px solid var(--line); color: var(--quiet); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; font-size: 13px; }
:not(pre) > code { background: var(--tint); padding: 1px 5px; border-radius: 4px; }
pre { margin: 10px 0; padding: 10px 14px; overflow-x: auto; line-height: 1.45; background: var(--tint); border-radius: 6px; }
.cell { margin: 12px 0; }
.outputs { margin: 8px 0 20px; }
.outputs > * { max-width: 100%; }
pre.stream, pre.value { background: none; padding: 4px 0; max-height: 480px; overflow: auto; }
pre.stderr { border-left: 4px solid #e0a100; padding-left: 12px; }
.error { border: 1px solid var(--bad); border-left-width: 6px; border-radius: 6px; padding: 4px 16px; margin: 12px 0; }
.error strong { color: var(--bad); }
details > summary { cursor: pointer; color: var(--quiet); font-size: 13px; }
details.code > summary { display: flex; gap: 8px; align-items: baseline; padding: 3px 0; list-style: none; }
details.code > summary::-webkit-details-marker { display: none; }
details.code > summary::before { content: '\\25B8'; }
details.code[open] > summary::before { content: '\\25BE'; }
details.code > summary code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; background: none; padding: 0; color: var(--quiet); }
.html { overflow-x: auto; }
table { border-collapse: collapse; margin: 12px 0; font-size: 14px; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 4px 0 8px; white-space: nowrap; }
th, td { padding: 5px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { border-bottom: 2px solid #b8c1ca; font-weight: 600; }
tbody tr:hover { background: var(--tint); }
figure.figure { margin: 16px 0; overflow-x: auto; }
figure.figure img, .outputs img { display: block; max-width: 100%; height: auto; }
.banner { border-radius: 6px; padding: 8px 14px; margin: 12px 0 20px; font-size: 14px; background: var(--tint); color: var(--quiet); }
.banner.failed { background: #fdf0e8; color: var(--bad); font-weight: 600; }
button { font: inherit; font-size: 13px; padding: 3px 12px; border: 1px solid #b8c1ca; border-radius: 6px; background: #fff; color: var(--text); cursor: pointer; margin-bottom: 12px; }
footer { margin: 48px 0 12px; padding-top: 10px; border-top: 1px solid var(--line); font-size: 13px; color: var(--quiet); }
.hljs-keyword, .hljs-built_in { color: #7a3e9d; } .hljs-string, .hljs-regexp { color: #00695c; } .hljs-number, .hljs-literal { color: #a0410d; }
.hljs-comment { color: #6b7780; font-style: italic; } .hljs-title, .hljs-property, .hljs-attr { color: #0b5c93; }
@media print { nav, button, details.code, .live { display: none !important; } .still { display: block !important; } figure, table { break-inside: avoid; } }
`;
