/** The report's style sheet: one column to read, contents beside it where there is room, tables that scroll on their own. */
export const STYLE = `
:root { color-scheme: light dark; --shade: #0003; --text: #1f2933; --quiet: #5a6672; --line: #dfe4e9; --edge: #b8c1ca; --tint: #f5f7f9; --page: #fff; --link: #0b5c93; --bad: #b3450a; --bad-tint: #fdf0e8; --good: #00795c; --good-tint: #eaf6f1; --keyword: #7a3e9d; --string: #00695c; --number: #a0410d; --comment: #6b7780; }
@media screen and (prefers-color-scheme: dark) {
  :root { --shade: #fff5; --text: #d9e0e7; --quiet: #97a3af; --line: #2f3942; --edge: #4a5661; --tint: #1c242b; --page: #12181d; --link: #7fbce8; --bad: #f0a070; --bad-tint: #2e1f17; --good: #63cda8; --good-tint: #15291f; --keyword: #cfa0ec; --string: #7fd0bf; --number: #efac7d; --comment: #8794a0; }
  .outputs > img { background: #fff; border-radius: 6px; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-behavior: smooth; }
body { margin: 0; color: var(--text); background: var(--page); font: 16px/1.6 Helvetica, Arial, sans-serif; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 1240px; margin: 0 auto; padding: 24px; gap: 0 40px; }
main { min-width: 0; max-width: 900px; overflow-wrap: anywhere; }
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
pre.stream, pre.value { background: none; padding: 4px 0; max-height: 480px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.aligned { white-space: pre; overflow-wrap: normal; }
pre.stderr { border-left: 3px solid var(--line); border-radius: 0; padding-left: 12px; color: var(--quiet); }
.error { border: 1px solid var(--bad); border-left-width: 6px; border-radius: 6px; padding: 4px 16px; margin: 12px 0; }
.error strong { color: var(--bad); }
details > summary { cursor: pointer; color: var(--quiet); font-size: 13px; }
details.code { margin: 0; }
details.code > summary { width: max-content; margin-left: auto; font-size: 12px; list-style: none; opacity: 0.75; }
details.code > summary::-webkit-details-marker { display: none; }
details.code > summary::before { content: '\\25B8\\00a0'; }
details.code[open] > summary::before { content: '\\25BE\\00a0'; }
/* What can be scrolled shows a shadow at the edge where more is. */
.html, .upshot, .prose table { overflow-x: auto; background: linear-gradient(90deg, var(--page) 30%, transparent) left / 32px 100% no-repeat local, linear-gradient(270deg, var(--page) 30%, transparent) right / 32px 100% no-repeat local, linear-gradient(90deg, var(--shade), transparent) left / 10px 100% no-repeat scroll, linear-gradient(270deg, var(--shade), transparent) right / 10px 100% no-repeat scroll; }
.prose table { display: block; width: max-content; max-width: 100%; }
table { border-collapse: collapse; margin: 12px 0; width: max-content; font-size: 14px; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 4px 0 8px; }
table { overflow-wrap: break-word; }
th, td { padding: 5px 9px; border-bottom: 1px solid var(--line); vertical-align: top; max-width: 26em; }
.html th:first-child, .html td:first-child { padding-left: 0; }
thead th { border-bottom: 2px solid var(--edge); font-weight: 600; }
tbody tr:hover { background: var(--tint); }
figure.figure { margin: 16px 0; overflow-x: auto; }
figure.figure .live { overflow: hidden; contain: paint; }
.html { contain: paint; }
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
header.prose { margin-bottom: 16px; }
header.prose h1 + p { font-size: 17px; }
.card { border: 1px solid var(--edge); border-radius: 10px; padding: 16px 20px 12px; margin: 0 0 20px; box-shadow: 0 1px 4px #0001; }
.card > :first-child { margin-top: 0; }
.card ol.runs { list-style: none; margin: 0; padding: 0; }
.card ol.runs > li { margin: 0 0 10px; padding: 8px 12px; border-left: 4px solid var(--bad); background: var(--bad-tint); border-radius: 0 6px 6px 0; line-height: 1.45; }
.card ol.runs > li.holds { border-left-color: var(--good); background: var(--good-tint); }
.card ol.runs > li > a { font-weight: 600; color: var(--bad); }
.card ol.runs > li.holds > a { color: var(--good); }
ul.skills { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 4px 0 0; padding: 0; font-size: 14px; font-variant-numeric: tabular-nums; }
ul.skills .harmed > b, .poor, .claim .evidence b.poor { color: var(--bad); }
ul.skills small { color: var(--quiet); }
.hint, .made { font-size: 13px; color: var(--quiet); margin: 6px 0; overflow-wrap: anywhere; }
.made { border-top: 1px solid var(--line); padding-top: 8px; }
.upshot { overflow-x: auto; } .upshot table { font-size: 13px; } .upshot th, .upshot td { padding: 4px 7px; }
.card details.claims { margin: 10px 0; }
.card details.claims li small { display: block; text-indent: 0; color: var(--quiet); }
.card details.claims li small.poor { color: var(--bad); }
.diagnosis { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; padding: 6px 18px 10px; margin: 12px 0; scroll-margin-top: 24px; }
.diagnosis.healthy { border-left-color: var(--good); }
.diagnosis ol.verdicts { padding-left: 22px; }
.diagnosis ol.verdicts > li { margin: 12px 0 18px; }
.diagnosis table.evidence { margin: 6px 0; font-size: 13px; }
.diagnosis table.evidence td { padding: 3px 9px 3px 0; }
.diagnosis table.evidence svg { color: var(--link); display: block; margin-top: 2px; }
.diagnosis .mend { margin-bottom: 4px; }
pre.diff { border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; margin-top: 4px; }
pre.diff del { color: var(--bad); } pre.diff ins { color: var(--good); }
.diagnosis details.explains > summary { color: var(--text); font-size: 14px; }
.diagnosis details.explains > ul { border-left: 2px solid var(--line); list-style: none; padding-left: 16px; margin-left: 4px; }
.proof { border-left: 3px solid var(--good); background: var(--good-tint); border-radius: 0 6px 6px 0; padding: 4px 12px 8px; margin: 8px 0; }
.proof.broken { border-left-color: var(--bad); background: var(--bad-tint); }
.proof p { margin: 4px 0; }
footer { margin: 48px 0 12px; padding-top: 10px; border-top: 1px solid var(--line); font-size: 13px; color: var(--quiet); }
.hljs-keyword, .hljs-built_in { color: var(--keyword); } .hljs-string, .hljs-regexp { color: var(--string); } .hljs-number, .hljs-literal { color: var(--number); }
.hljs-comment { color: var(--comment); font-style: italic; } .hljs-title, .hljs-property, .hljs-attr { color: var(--link); }
@media (max-width: 480px) { .page { padding: 14px; } .card { padding: 12px 14px 10px; } h1 { font-size: 25px; } .diagnosis { padding: 4px 12px 8px; } .diagnosis table.evidence td:nth-child(2) { display: none; } table.evidence { width: auto; } }
@media print {
  nav, button, details.code, .live { display: none !important; } .still { display: block !important; }
  figure, tr, .claim, .card, .proof { break-inside: avoid; } figure.figure img { max-height: 240mm; object-fit: contain; }
  /* Nothing can be scrolled on paper. */
  .html, .upshot, .prose table, figure.figure, pre { overflow: visible; white-space: normal; background: none; } pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: none !important; }
  table { width: 100%; font-size: 10px; } th, td { overflow-wrap: anywhere; padding: 3px 4px; max-width: none; min-width: 0 !important; }
}
`;
