/** The report's style sheet: one column to read, contents beside it where there is room, tables that scroll on their own. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2933; --quiet: #5a6672; --line: #dfe4e9; --edge: #b8c1ca; --tint: #f5f7f9; --page: #fff; --link: #0b5c93; --bad: #b3450a; --bad-tint: #fdf0e8; --good: #00795c; --good-tint: #eaf6f1; --keyword: #7a3e9d; --string: #00695c; --number: #a0410d; --comment: #6b7780; }
@media (prefers-color-scheme: dark) {
  :root { --text: #d9e0e7; --quiet: #97a3af; --line: #2f3942; --edge: #4a5661; --tint: #1c242b; --page: #12181d; --link: #7fbce8; --bad: #f0a070; --bad-tint: #2e1f17; --good: #63cda8; --good-tint: #15291f; --keyword: #cfa0ec; --string: #7fd0bf; --number: #efac7d; --comment: #8794a0; }
  /* Figures keep their own light ground: their colours are chosen for it. */
  figure.figure .still, figure.figure .live, .outputs > img { background: #fff; border-radius: 6px; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-behavior: smooth; }
body { margin: 0; color: var(--text); background: var(--page); font: 16px/1.6 Helvetica, Arial, sans-serif; }
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
pre.stderr { border-left: 3px solid var(--line); border-radius: 0; padding-left: 12px; color: var(--quiet); }
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
th, td { padding: 5px 9px; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { border-bottom: 2px solid var(--edge); font-weight: 600; }
/* A day is not broken at its hyphens. */
td[style*="left"] { min-width: 8em; }
tbody tr:hover { background: var(--tint); }
figure.figure { margin: 16px 0; overflow-x: auto; }
figure.figure img, .outputs img { display: block; max-width: 100%; height: auto; }
.banner { border-radius: 6px; padding: 8px 14px; margin: 12px 0 20px; font-size: 14px; background: var(--tint); color: var(--quiet); }
.banner.failed { background: var(--bad-tint); color: var(--bad); font-weight: 600; }
button { font: inherit; font-size: 13px; padding: 3px 12px; border: 1px solid var(--edge); border-radius: 6px; background: var(--page); color: var(--text); cursor: pointer; margin-bottom: 12px; }
details.claims { border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 6px; padding: 8px 14px; margin: 0 0 16px; background: var(--good-tint); }
details.claims.failed { border-left-color: var(--bad); background: var(--bad-tint); }
details.claims > summary { font-size: 15px; font-weight: 600; color: var(--good); }
details.claims.failed > summary { color: var(--bad); }
details.claims ol { list-style: none; margin: 8px 0 4px; padding: 0; font-size: 14px; line-height: 1.45; }
details.claims li { margin: 4px 0; padding-left: 22px; text-indent: -22px; }
details.claims li::before { display: inline-block; width: 22px; text-indent: 0; content: '\\2714'; color: var(--good); }
details.claims li.broken::before { content: '\\2718'; color: var(--bad); }
details.claims li.broken a { color: var(--bad); font-weight: 600; }
.claim { display: flex; gap: 10px; margin: 6px 0; padding: 6px 12px; border-left: 3px solid var(--good); background: var(--good-tint); border-radius: 0 6px 6px 0; line-height: 1.4; scroll-margin-top: 24px; }
.claim .mark { color: var(--good); }
.claim.broken { border-left-color: var(--bad); background: var(--bad-tint); font-weight: 600; }
.claim.broken .mark { color: var(--bad); }
.claim:target { outline: 2px solid var(--link); }
.claim .evidence { display: block; font-size: 13px; color: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; }
.claim .evidence b { font-weight: 600; color: var(--text); }
footer { margin: 48px 0 12px; padding-top: 10px; border-top: 1px solid var(--line); font-size: 13px; color: var(--quiet); }
.hljs-keyword, .hljs-built_in { color: var(--keyword); } .hljs-string, .hljs-regexp { color: var(--string); } .hljs-number, .hljs-literal { color: var(--number); }
.hljs-comment { color: var(--comment); font-style: italic; } .hljs-title, .hljs-property, .hljs-attr { color: var(--link); }
@media print { nav, button, details.code, .live { display: none !important; } .still { display: block !important; } figure, table { break-inside: avoid; } }
`;
