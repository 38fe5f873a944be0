"use strict";exports.id=5828,exports.ids=[5828],exports.modules={2267:(function(O,$,d){d.d($,{CS:()=>r,DE:()=>R,DV:()=>w,Hc:()=>k,Xg:()=>e,aY:()=>h,dK:()=>D,mo:()=>u,ph:()=>p,td:()=>f,w8:()=>m});var i=d(5085);function p(n){return(0,i.RK)(n).replaceAll("|","\\|")}function h(n){return M((0,i.Jj)(n))}function M(n){return g(p(n))}function g(n){if(n==="")return"";const t="`".repeat(A(n)+1),a=n.startsWith("`")||n.endsWith("`")||v(n)?" ":"";return`${t}${a}${n}${a}${t}`}function A(n){let t=0;for(const[a]of n.matchAll(/`+/g))t=Math.max(t,a.length);return t}var v=n=>n.startsWith(" ")&&n.endsWith(" ")&&n.trim()!=="",l=/[^\s"'`<>(),;|\\]+/gu,_=/[@#](?=\w)|\bGH-(?=\d)|:\/\/|www\./iu;function r(n){const t=(0,i.RK)(n);let a=0,E="";for(const C of t.matchAll(l)){const[b]=C;if(!_.test(b))continue;const T=c(b)||b;E+=s(t.slice(a,C.index))+g(T),a=C.index+T.length}return E+s(t.slice(a))}function c(n){let t=n.length;for(;t>0&&".:!?]}".includes(n.charAt(t-1));)t-=1;return n.slice(0,t)}function s(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/[\\`*[\]!|~$]/g,"\\$&").replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,"\\_")}function f(n){const t=n.split("`");return t.length%2===0?r(n):t.map((a,E)=>E%2===1?h(a):r(a)).join("")}function m(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/`([^`]*)`/g,"<code>$1</code>")}function e(n){return[...(0,i.RK)(n)].map(t=>{if(/[\p{L}\p{N} ]/u.test(t))return t;const a=`&#${t.codePointAt(0)};`;return"@.:".includes(t)?`<wbr>${a}<wbr>`:"/_-,=?+".includes(t)?`${a}<wbr>`:a}).join("")}function u(n){const t=(0,i.Jj)(n);return t.length<=o||!/[/_.:@,=?+-]/.test(t)?M(t):j(t)}var o=12;function w(n,t){const a=t.reduce((C,b)=>Math.max(C,A(b)),2),E="`".repeat(a+1);return[`${E}${n}`,...t.map(i.RK),E]}var D=i.RK,j=n=>`<code>${e(n)}</code>`;function k(n){return encodeURIComponent(n).replace(/[!'()*~]/g,t=>`%${t.charCodeAt(0).toString(16).toUpperCase()}`)}function R(n){return`"${(0,i.Jj)((0,i.RK)(n)).replace(/[^\p{L}\p{N} _./,:…-]/gu,a=>`#${a.codePointAt(0)};`)}"`}}),9373:(function(O,$,d){d.d($,{AU:()=>v,fT:()=>p,tp:()=>A});var i=60;function p(l,_){const r=l.map(e=>({section:e,frame:g(M(e,[],0))+i,rows:e.rows.reduce((u,o)=>u+g(o)+1,0),share:0}));let c=_-r.reduce((e,u)=>e+u.frame,0);const s=({section:e})=>e.rank??0;for(const e of[...new Set(r.map(s))].sort((u,o)=>u-o)){const u=r.filter(o=>s(o)===e).sort((o,w)=>o.rows-w.rows);u.forEach((o,w)=>{o.share=Math.min(o.rows,Math.max(0,Math.floor(c/(u.length-w)))),c-=o.share})}let f=0;return{text:`${r.map(({section:e,share:u})=>{const o=h(e.rows,u);return f+=e.rows.length-o.length,M(e,o,e.rows.length-o.length)}).join(`

`)}
`,cut:f}}function h(l,_){let r=0;const c=l.findIndex(s=>(r+=g(s)+1,r>_));return l.slice(0,c<0?l.length:c)}function M({title:l,before:_,after:r,folded:c},s,f){const m=[[..._??[],...s,...r??[]].join(`
`),...f>0?[`\u2026 and ${f} more`]:[]].join(`

`),e=c===void 0?m:`<details><summary>${c}</summary>

${m}

</details>`;return l===void 0?e:`### ${l}

${e}`}var g=l=>Buffer.byteLength(l);function A(l,_){const r=c=>`| ${c.join(" | ")} |`;return{before:[r(l),r(l.map(()=>"---"))],rows:_.map(r)}}function v(l,_,r){const[c,...s]=_;return c!==void 0&&s.length===0?{...c,folded:l,rank:r}:{rows:[_.flatMap(({before:m=[],rows:e,after:u=[]},o)=>[...o===0?[]:[""],...m,...e,...u]).join(`
`)],folded:l,rank:r}}}),8078:(function(O,$,d){d.d($,{r:()=>i});function i(p){return`[Troubleshooting: ${p}](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#${p})`}}),5828:(function(O,$,d){d.d($,{failureSummary:()=>c,faultSummary:()=>r});var i=d(8078),p=d(9373),h=d(2267),M=d(5085),g=d(2660),A="\u274C The run failed before it had a plan: nothing was written",v=1e6,l=["Where","What to fix"],_=s=>`\u274C ${s} input error${s===1?"":"s"}: nothing was read or written`;function r(s){const f=[...s].sort((e,u)=>e.where===u.where?(e.line??0)-(u.line??0):e.where<u.where?-1:1).map(({where:e,line:u,key:o,text:w})=>[[(0,h.mo)(e),...u===void 0?[]:[`line ${u}`]].join(" "),`${o===void 0?"":`${(0,h.mo)(o)}: `}${(0,h.CS)(w)}`]),m=[(0,p.tp)(l,f),{rows:[(0,i.r)("input")]}];return`## ${(0,h.CS)(_(s.length))}

${(0,p.fT)(m,v).text}`}function c({reason:s,text:f}){return`## ${(0,h.CS)(A)}

> [!CAUTION]
> ${(0,h.CS)(f)}

${(0,i.r)(s)}
`}})};
