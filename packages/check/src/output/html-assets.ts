/** The style of the report. */
export const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--page:#fff;--line:#d5d9df;--present:#2e7d4f;--delegated:#4a7ab5;--waived:#8a6fb0;--unknown:#c9a227;--absent:#c0392b;--idle:#e6e8eb;--error:#c0392b;--warning:#8a5d00}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--page:#15181c;--line:#343a42;--idle:#2a2f36;--error:#ff8a7a;--warning:#e0b050}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:1300px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}.inventory td,.inventory th{border:1px solid var(--line);padding:.25rem .4rem;text-align:left;vertical-align:top}
.inventory small{display:block;opacity:.7}button{all:unset;cursor:pointer;font-weight:600}button:focus-visible{outline:2px solid var(--delegated)}
td.present,i.present{background:var(--present)}td.delegated,i.delegated{background:var(--delegated)}td.waived,i.waived{background:var(--waived)}td.unknown,i.unknown{background:var(--unknown)}td.absent,i.absent{background:var(--absent)}td.idle,i.idle{background:var(--idle)}
rect.present{fill:var(--present)}rect.delegated{fill:var(--delegated)}rect.waived{fill:var(--waived)}rect.unknown{fill:var(--unknown)}rect.absent{fill:var(--absent)}rect.idle{fill:var(--idle)}
i{display:inline-block;width:1.3em;text-align:center;font-style:normal;border-radius:2px}.present,.delegated,.waived,.absent{color:#fff}td.unknown,i.unknown{color:#1b1f24}.inventory td:is(.present,.delegated,.waived,.unknown,.absent,.idle){text-align:center}.legend span{white-space:nowrap;margin-right:.6rem}.scroll{overflow-x:auto}.posture svg{max-width:100%}.inventory tr>td>div{max-width:min(1200px,calc(100vw - 4rem))}th.turn{height:8.5rem;vertical-align:bottom;padding:0}th.turn span{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:400}
.posture th{text-align:right;font-weight:400;padding-right:.6rem}.error{color:var(--error)}.warning{color:var(--warning)}@media (max-width:700px){.inventory th:nth-child(2),.inventory tr.head td:nth-child(2){display:none}.inventory tr.head td:first-child{min-width:8.5rem;max-width:45vw;overflow-wrap:anywhere}ul,ol{padding-left:1.1rem}.inventory div{position:sticky;left:.4rem}}form{margin:.6rem 0;display:flex;gap:.5rem;flex-wrap:wrap}input,select{font:inherit;padding:.2rem .4rem}code{font-size:.9em}dt{font-weight:600;margin-top:.6rem}`

/** What the page does: filters, and evidence on click. */
export const behaviour = `
const form=document.querySelector('form');const bodies=[...document.querySelectorAll('.inventory tbody')];
const filter=()=>{const text=form.querySelector('input').value.toLowerCase();for(const body of bodies){let show=body.dataset.text.includes(text);for(const select of form.querySelectorAll('select'))if(select.value&&body.dataset[select.name]!==select.value)show=false;body.hidden=!show}};
form.addEventListener('input',filter);form.addEventListener('submit',event=>event.preventDefault());
document.querySelector('.inventory').addEventListener('click',event=>{const button=event.target.closest('button');if(!button)return;const row=button.closest('tbody').rows[1];row.hidden=!row.hidden;button.setAttribute('aria-expanded',String(!row.hidden))});`
