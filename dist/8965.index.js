"use strict";exports.id=8965,exports.ids=[8965],exports.modules={9373:(function(j,g,d){d.d(g,{AU:()=>b,fT:()=>p,tp:()=>M});var c=60;function p(o,i){const a=o.map(e=>({section:e,frame:A(E(e,[],0))+c,rows:e.rows.reduce((u,l)=>u+A(l)+1,0),share:0}));let r=i-a.reduce((e,u)=>e+u.frame,0);const _=({section:e})=>e.rank??0;for(const e of[...new Set(a.map(_))].sort((u,l)=>u-l)){const u=a.filter(l=>_(l)===e).sort((l,w)=>l.rows-w.rows);u.forEach((l,w)=>{l.share=Math.min(l.rows,Math.max(0,Math.floor(r/(u.length-w)))),r-=l.share})}let h=0;return{text:`${a.map(({section:e,share:u})=>{const l=f(e.rows,u);return h+=e.rows.length-l.length,E(e,l,e.rows.length-l.length)}).join(`

`)}
`,cut:h}}function f(o,i){let a=0;const r=o.findIndex(_=>(a+=A(_)+1,a>i));return o.slice(0,r<0?o.length:r)}function E({title:o,before:i,after:a,folded:r},_,h){const m=[[...i??[],..._,...a??[]].join(`
`),...h>0?[`\u2026 and ${h} more`]:[]].join(`

`),e=r===void 0?m:`<details><summary>${r}</summary>

${m}

</details>`;return o===void 0?e:`### ${o}

${e}`}var A=o=>Buffer.byteLength(o);function M(o,i){const a=r=>`| ${r.join(" | ")} |`;return{before:[a(o),a(o.map(()=>"---"))],rows:i.map(a)}}function b(o,i,a){const[r,..._]=i;return r!==void 0&&_.length===0?{...r,folded:o,rank:a}:{rows:[i.flatMap(({before:m=[],rows:e,after:u=[]},l)=>[...l===0?[]:[""],...m,...e,...u]).join(`
`)],folded:o,rank:a}}}),8078:(function(j,g,d){d.d(g,{r:()=>c});function c(p){return`[Troubleshooting: ${p}](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#${p})`}}),1663:(function(j,g,d){d.d(g,{CS:()=>o,DE:()=>O,DV:()=>u,Hc:()=>w,Xg:()=>h,aY:()=>f,dK:()=>l,mo:()=>m,ph:()=>p,td:()=>r,w8:()=>_});var c=d(303);function p(n){return(0,c.RK)(n).replaceAll("|","\\|")}function f(n){return E(p((0,c.Jj)(n)))}function E(n){if(n==="")return"";const t="`".repeat(Math.max(0,...[...n.matchAll(/`+/g)].map(([$])=>$.length))+1),s=n.startsWith("`")||n.endsWith("`")||A(n)?" ":"";return`${t}${s}${n}${s}${t}`}var A=n=>n.startsWith(" ")&&n.endsWith(" ")&&n.trim()!=="",M=/[^\s"'`<>(),;|\\]+/gu,b=/[@#](?=\w)|\bGH-(?=\d)|:\/\/|www\./iu;function o(n){const t=(0,c.RK)(n);let s=0,$="";for(const v of t.matchAll(M)){const[C]=v;if(!b.test(C))continue;const D=i(C)||C;$+=a(t.slice(s,v.index))+E(D),s=v.index+D.length}return $+a(t.slice(s))}function i(n){let t=n.length;for(;t>0&&".:!?]}".includes(n.charAt(t-1));)t-=1;return n.slice(0,t)}function a(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/[\\`*[\]!|~$]/g,"\\$&").replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,"\\_")}function r(n){const t=n.split("`");return t.length%2===0?o(n):t.map((s,$)=>$%2===1?f(s):o(s)).join("")}function _(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/`([^`]*)`/g,"<code>$1</code>")}function h(n){return[...(0,c.RK)(n)].map(t=>{if(/[\p{L}\p{N} ]/u.test(t))return t;const s=`&#${t.codePointAt(0)};`;return"@.:".includes(t)?`<wbr>${s}<wbr>`:"/_-,=?+".includes(t)?`${s}<wbr>`:s}).join("")}function m(n){const t=(0,c.Jj)(n);return t.length<=e||!/[/_.:@,=?+-]/.test(t)?f(t):`<code>${h(t)}</code>`}var e=12;function u(n,t){const s=Math.max(2,...t.flatMap(v=>[...v.matchAll(/`+/g)].map(([C])=>C.length))),$="`".repeat(s+1);return[`${$}${n}`,...t.map(c.RK),$]}var l=c.RK;function w(n){return encodeURIComponent(n).replace(/[!'()*~]/g,t=>`%${t.charCodeAt(0).toString(16).toUpperCase()}`)}function O(n){return`"${(0,c.Jj)((0,c.RK)(n)).replace(/[^\p{L}\p{N} _./,:…-]/gu,s=>`#${s.codePointAt(0)};`)}"`}}),8965:(function(j,g,d){d.d(g,{failureSummary:()=>a,faultSummary:()=>i});var c=d(8078),p=d(9373),f=d(1663),E=d(303),A=d(2660),M="\u274C The run failed before it had a plan: nothing was written",b=["Where","What to fix"],o=r=>`\u274C ${r} input error${r===1?"":"s"}: nothing was read or written`;function i(r){const _=[...r].sort((e,u)=>e.where===u.where?(e.line??0)-(u.line??0):e.where<u.where?-1:1).map(({where:e,line:u,key:l,text:w})=>[[(0,f.mo)(e),...u===void 0?[]:[`line ${u}`]].join(" "),`${l===void 0?"":`${(0,f.mo)(l)}: `}${(0,f.CS)(w)}`]),{before:h=[],rows:m}=(0,p.tp)(b,_);return`## ${(0,f.CS)(o(r.length))}

${[...h,...m].join(`
`)}

${(0,c.r)("input")}
`}function a({reason:r,text:_}){return`## ${(0,f.CS)(M)}

> [!CAUTION]
> ${(0,f.CS)(_)}

${(0,c.r)(r)}
`}})};
