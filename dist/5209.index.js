"use strict";exports.id=5209,exports.ids=[5209],exports.modules={687:(function(v,$,_){_.d($,{CS:()=>g,DE:()=>l,DV:()=>f,Hc:()=>t,Xg:()=>o,aY:()=>d,dK:()=>h,mo:()=>r,ph:()=>p,td:()=>a,w8:()=>c});var s=_(6927);function p(n){return(0,s.RK)(n).replaceAll("|","\\|")}function d(n){return w(p((0,s.Jj)(n)))}function w(n){if(n==="")return"";const e="`".repeat(Math.max(0,...[...n.matchAll(/`+/g)].map(([m])=>m.length))+1),u=n.startsWith("`")||n.endsWith("`")||/^ .*[^ ].* $/.test(n)?" ":"";return`${e}${u}${n}${u}${e}`}var M=/[^\s"'`<>(),;|\\]*(?:[@#](?=\w)|\bGH-(?=\d)|:\/\/|www\.)[^\s"'`<>(),;|\\]*/giu;function g(n){const e=(0,s.RK)(n);let u=0,m="";for(const A of e.matchAll(M)){const[b]=A,C=b.replace(/[.:!?\]}]+$/,"")||b;m+=E(e.slice(u,A.index))+w(C),u=A.index+C.length}return m+E(e.slice(u))}function E(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/[\\`*[\]!|~$]/g,"\\$&").replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,"\\_")}function a(n){const e=n.split("`");return e.length%2===0?g(n):e.map((u,m)=>m%2===1?d(u):g(u)).join("")}function c(n){return n.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replace(/`([^`]*)`/g,"<code>$1</code>")}function o(n){return[...(0,s.RK)(n)].map(e=>{if(/[\p{L}\p{N} ]/u.test(e))return e;const u=`&#${e.codePointAt(0)};`;return"@.:".includes(e)?`<wbr>${u}<wbr>`:"/_-,=?+".includes(e)?`${u}<wbr>`:u}).join("")}function r(n){const e=(0,s.Jj)(n);return e.length<=i||!/[/_.:@,=?+-]/.test(e)?d(e):`<code>${o(e)}</code>`}var i=12;function f(n,e){const u=Math.max(2,...e.flatMap(A=>[...A.matchAll(/`+/g)].map(([b])=>b.length))),m="`".repeat(u+1);return[`${m}${n}`,...e.map(s.RK),m]}var h=s.RK;function t(n){return encodeURIComponent(n).replace(/[!'()*~]/g,e=>`%${e.charCodeAt(0).toString(16).toUpperCase()}`)}function l(n){return`"${(0,s.Jj)((0,s.RK)(n)).replace(/[^\p{L}\p{N} _./,:…-]/gu,u=>`#${u.codePointAt(0)};`)}"`}}),9373:(function(v,$,_){_.d($,{AU:()=>E,fT:()=>p,tp:()=>g});var s=60;function p(a,c){const o=a.map(t=>({section:t,frame:M(w(t,[],0))+s,rows:t.rows.reduce((l,n)=>l+M(n)+1,0),share:0}));let r=c-o.reduce((t,l)=>t+l.frame,0);const i=({section:t})=>t.rank??0;for(const t of[...new Set(o.map(i))].sort((l,n)=>l-n)){const l=o.filter(n=>i(n)===t).sort((n,e)=>n.rows-e.rows);l.forEach((n,e)=>{n.share=Math.min(n.rows,Math.max(0,Math.floor(r/(l.length-e)))),r-=n.share})}let f=0;return{text:`${o.map(({section:t,share:l})=>{const n=d(t.rows,l);return f+=t.rows.length-n.length,w(t,n,t.rows.length-n.length)}).join(`

`)}
`,cut:f}}function d(a,c){let o=0;const r=a.findIndex(i=>(o+=M(i)+1,o>c));return a.slice(0,r<0?a.length:r)}function w({title:a,before:c,after:o,folded:r},i,f){const h=[[...c??[],...i,...o??[]].join(`
`),...f>0?[`\u2026 and ${f} more`]:[]].join(`

`),t=r===void 0?h:`<details><summary>${r}</summary>

${h}

</details>`;return a===void 0?t:`### ${a}

${t}`}var M=a=>Buffer.byteLength(a);function g(a,c){const o=r=>`| ${r.join(" | ")} |`;return{before:[o(a),o(a.map(()=>"---"))],rows:c.map(o)}}function E(a,c,o){const[r,...i]=c;return r!==void 0&&i.length===0?{...r,folded:a,rank:o}:{rows:[c.flatMap(({before:h=[],rows:t,after:l=[]},n)=>[...n===0?[]:[""],...h,...t,...l]).join(`
`)],folded:a,rank:o}}}),8078:(function(v,$,_){_.d($,{r:()=>s});function s(p){return`[Troubleshooting: ${p}](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#${p})`}}),5209:(function(v,$,_){_.d($,{failureSummary:()=>o,faultSummary:()=>c});var s=_(8078),p=_(9373),d=_(687),w=_(6927),M=_(2660),g="\u274C The run failed before it had a plan: nothing was written",E=["Where","What to fix"],a=r=>`\u274C ${r} input error${r===1?"":"s"}: nothing was read or written`;function c(r){const i=[...r].sort((t,l)=>t.where===l.where?(t.line??0)-(l.line??0):t.where<l.where?-1:1).map(({where:t,line:l,key:n,text:e})=>[[(0,d.mo)(t),...l===void 0?[]:[`line ${l}`]].join(" "),`${n===void 0?"":`${(0,d.mo)(n)}: `}${(0,d.CS)(e)}`]),{before:f=[],rows:h}=(0,p.tp)(E,i);return`## ${(0,d.CS)(a(r.length))}

${[...f,...h].join(`
`)}

${(0,s.r)("input")}
`}function o({reason:r,text:i}){return`## ${(0,d.CS)(g)}

> [!CAUTION]
> ${(0,d.CS)(i)}

${(0,s.r)(r)}
`}})};
