"use strict";exports.id=4516,exports.ids=[4516],exports.modules={1399:(function(L,A,r){r.d(A,{p:()=>v});var v=class extends Error{trouble;status;passing;waitMs;constructor(_,b,d={}){super(b),this.name="Auth0Error",this.trouble=_,this.status=d.status,this.passing=d.passing??!1,this.waitMs=d.waitMs}}}),7174:(function(L,A,r){r.d(A,{C:()=>v});var v=["AWS::SSM::Parameter","AWS::SecretsManager::Secret"]}),2723:(function(L,A,r){r.d(A,{m:()=>d});var v=r(1421),_=127,b=3e4;function d(h,I,{folder:y,input:g,timeoutMs:O=b}={}){return new Promise(W=>{const D=(0,v.spawn)(h,I,{...y===void 0?{}:{cwd:y},stdio:"pipe",timeout:O,windowsHide:!0}),[p,w]=[[],[]];D.stdout.on("data",M=>p.push(M)),D.stderr.on("data",M=>w.push(M)),D.once("error",()=>W({code:_,output:"",errors:""})),D.once("close",M=>W({code:M??1,output:Buffer.concat(p).toString("utf8"),errors:Buffer.concat(w).toString("utf8")})),D.stdin.on("error",()=>{}),D.stdin.end(g)})}}),8674:(function(L,A,r){r.d(A,{CS:()=>w,Q8:()=>y,qC:()=>O,wE:()=>g,x3:()=>W,yg:()=>I});var v=r(2060),_=r(3024),b=r(8161),d=r(6760),h=1024*1024;function I(a,f){const $=(0,d.join)((0,d.dirname)((0,_.realpathSync)(a)),"..",f);return(0,v.VX)($,(0,d.basename)($),h).toString("utf8")}function y(a){try{return(0,v.VX)((0,d.resolve)(a),a,h).toString("utf8")}catch(f){throw f instanceof v.n6?f:new v.n6(`there is no file ${a} that can be read`)}}function g(){return(0,_.mkdtempSync)((0,d.join)((0,b.tmpdir)(),"aws-bootstrap-"))}function O(a){try{return(0,v.VX)(a,a,h).toString("utf8")}catch{return}}function W(a,f){(0,_.mkdirSync)((0,d.dirname)(a),{recursive:!0}),(0,_.writeFileSync)(a,f)}var D=new Set(["node_modules","vendor","dist","build","target","venv","__pycache__"]),p=2e4;function w(a,f){const $=[];let P=[""],T=0;for(let x=0;x<=f&&P.length>0;x++){const C=[];for(const B of P)for(const R of l((0,d.join)(a,B))){if(++T>p)return $;const F=B===""?R.name:`${B}/${R.name}`;R.isFile()?$.push(F):R.isDirectory()&&M(R.name)&&C.push(F)}P=C.sort()}return $}function M(a){return!D.has(a)&&(!a.startsWith(".")||a===".github"||a===".aws")}function l(a){try{return(0,_.readdirSync)(a,{withFileTypes:!0}).sort((f,$)=>f.name<$.name?-1:1)}catch{return[]}}}),3144:(function(L,A,r){r.d(A,{SF:()=>M,_M:()=>O,t5:()=>y});var v=r(2723),_=r(8674),b=r(8484),d=r(2060),h=r(6760),I=3;async function y(l){const a=(0,_.CS)(l,I),f=await g(l),$=P=>a.filter(T=>P.test(T));return{...f,application:W(l,f.repository),envFiles:[".env",".env.production",".env.prod"].flatMap(P=>a.filter(T=>(0,h.basename)(T)===P)),dockerfiles:$(/(?:^|\/)Dockerfile$/),taskDefinitions:$(/(?:^|\/)[\w.-]*task-?def(?:inition)?[\w.-]*\.json$/i).flatMap(P=>{const T=p((0,_.qC)((0,h.join)(l,P)));return T===void 0?[]:[{path:P,containers:T}]}),workflows:$(/^\.github\/workflows\/[^/]+\.ya?ml$/)}}async function g(l){const a=async(...x)=>{const{code:C,output:B}=await(0,v.m)("git",x,{folder:l});return C===0?B.trim():void 0},f=await a("rev-parse","--is-inside-work-tree")==="true";if(!f)return{isGit:f,repository:void 0,branch:void 0};const[$,P,T]=await Promise.all([a("remote","get-url","origin"),a("symbolic-ref","--short","refs/remotes/origin/HEAD"),a("symbolic-ref","--short","HEAD")]);return{isGit:f,repository:$===void 0?void 0:O($),branch:P?.replace(/^origin\//,"")??T}}function O(l){const a=/^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git:\/\/|(?:[^@/]+@)?)(?:www\.|ssh\.)?github\.com(?::\d+)?[:/]([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/i.exec(l);return a===null?void 0:`${a[1]}/${a[2]}`}function W(l,a){const f=D((0,_.qC)((0,h.join)(l,"package.json"))),$=/^\s*name\s*=\s*["']([^"']+)["']/m.exec((0,_.qC)((0,h.join)(l,"pyproject.toml"))??"")?.[1];for(const P of[a?.split("/")[1],f,$,(0,h.basename)(l)]){const T=(P??"").toLowerCase().replace(/^@[^/]*\//,"").replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,40);if(/^[a-z]/.test(T))return T}return"app"}function D(l){const a=w(l);return typeof a?.name=="string"?a.name:void 0}function p(l){const a=w(l)?.containerDefinitions;if(Array.isArray(a))return a.flatMap(f=>typeof f=="object"&&f!==null&&"name"in f&&typeof f.name=="string"?[f.name]:[])}function w(l){try{const a=JSON.parse(l??"");return typeof a=="object"&&a!==null?{...a}:void 0}catch{return}}function M(l,a){const f=new d.u3,$=(0,_.qC)((0,h.join)(l,a));if($===void 0)return f.fault({where:a,text:"it cannot be read"}),{undecided:[],notes:f};const{variables:P}=(0,d.Ch)([{source:"env-file",content:$,where:a,file:a,inFile:!0}],C=>(0,d.OB)(C)!==void 0,()=>{},f),T={rules:[],prefer:"secrets-manager",parameterTier:"auto"};return{undecided:P.map(C=>(0,d.wE)(C,T,new d.u3,b.L)).filter(d.Ae).map(({variable:C})=>C.name),notes:f}}}),8128:(function(L,A,r){r.d(A,{U:()=>v});var v=class extends Error{name="UserFacingError";reason;constructor(_,{reason:b="internal",...d}={}){super(_,d),this.reason=b}}}),7967:(function(L,A,r){r.d(A,{PZ:()=>D,SO:()=>g,bs:()=>W,gA:()=>O});var v=r(6166),_=r(3068),b=r(7757),d=r(3526),h=r(9363),I=r(2060),y=100;function g(p,w){if(p instanceof v.eb)return w.say((0,_.I4)("red","error"),`: ${p.message}`),v.dc.input;if(p instanceof I.qv){for(const l of p.faults.slice(0,y))w.say((0,_.I4)("red","error"),`: ${O(l)}`);const M=p.faults.length-y;return M>0&&w.say(`\u2026 and ${M} more`),w.say("Nothing was written."),v.dc.input}return w.say((0,_.I4)("red","error"),`: ${W(p)}`),(0,b.A)(p)==="input"?v.dc.input:v.dc.failed}function O(p){const w=/^input (\S+)$/.exec(p.where)?.[1],M=I.mc.some(l=>l===w);return(0,I.q0)(M?{...p,where:`--${w}`}:p)}function W(p){return p instanceof h.Gy&&p.reason==="credentials"?`${p.message}. ${D(p)}`:(0,d.k)(p)}function D(p){const w=v.M0.AWS_PROFILE,M=w===void 0||w===""?"":` --profile ${w}`,l=p.cause instanceof Error?p.cause.message:"";return/\bSSO\b|Session token not found|token (?:is|has) expired|Token is expired/i.test(l)?`The SSO session has expired or was never started. Sign in: aws sso login${M}`:/multi-factor|\bMFA\b/i.test(l)?`The profile asks for an MFA code. Export its credentials first: eval "$(aws configure export-credentials${M} --format env)"`:p.code==="ProfileNotFound"?"List the profiles of this machine: aws configure list-profiles":`Sign in: aws sso login${M}, or choose a profile with --profile NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`}}),3526:(function(L,A,r){r.d(A,{M:()=>I,k:()=>y});var v=r(1399),_=r(8128),b=r(9363),d=r(3852),h=r(2060);function I(g,O){return!g.some(D=>D instanceof b.Gy&&D.reason==="credentials")||O===void 0||O.prefix===""?"":`. To find the cause, run in a clone of the repository: npx github:papyrus/aws-bootstrap doctor --prefix ${O.prefix} --region ${O.region}`}function y(g){if(g instanceof b.Gy)return`${g.message}. What to do: ${g.remedy}`;if(g instanceof v.p||g instanceof h.C8||g instanceof h.oM||g instanceof _.U)return g.message;const O=(0,d.xU)(g);return O!==void 0&&/^E[A-Z0-9]+$/.test(O)?`the system refuses it (${O})`:`something unexpected happened (${g instanceof Error?g.name:typeof g}); please report it`}}),8761:(function(L,A,r){r.r(A),r.d(A,{run:()=>Lt});var v=r(3144),_=r(2723),b=r(7967),d=r(6166),h=r(3068),I=r(8560),y=r(8674),g=r(7757),O=r(5793),W=r(5643),D=r(5218),p=r(3914),w=r(2271),M=r(6464),l=r(3526),a=r(1399),f=r(8128),$=r(9363),P=r(3852),T=r(8531),x=r(8484),C=r(2060),B=r(2660),R=r(6760);function F({prefix:t}){return t.split("/")[1]??""}function nt(t,e){return`${F(t)}-${e}`}function ot(t){return t.startsWith("cn-")?"aws-cn":t.startsWith("us-gov-")?"aws-us-gov":/^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(t)?"aws":void 0}var st={deploy:"AWS_DEPLOY_ROLE",read:"AWS_READ_ROLE"};function it({account:t,region:e}){return t===void 0||ot(e)===void 0}var Q="roles.yml",ut={name:"aws",args:["iam","list-open-id-connect-providers","--query","OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn","--output","text"]},dt=t=>({name:"gh",args:["api",`repos/${t}`,"--jq",'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end']});function ft(t){const e=t.repository??"OWNER/NAME";return[lt(t,e),...it(t)?ht(t,e):[],...t.environment===void 0?[]:pt(t,t.environment,e),mt(t,e)]}function lt(t,e){const{prefix:n,region:o,environment:s,branch:i}=t,u={name:"aws",args:["cloudformation","deploy","--region",o,"--stack-name",_t(t),"--template-file",Q,"--capabilities","CAPABILITY_NAMED_IAM","--no-fail-on-empty-changeset","--parameter-overrides",`Repository=${e}`,`Prefix=${n}`,`Environment=${s??""}`,`DriftBranch=${i}`,"PlanOnPullRequests=true",{before:"RepositoryIds=",output:dt(e)},{before:"OidcProviderArn=",output:ut}]};return{purpose:"Create the IAM roles that GitHub Actions will use",text:`curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml
${G(u)}`,programs:[u]}}var _t=({prefix:t})=>`${t.slice(1).replace(/[^A-Za-z0-9]+/g,"-")}-roles`;function ht(t,e){const n=i=>({name:"aws",args:["iam","get-role","--role-name",nt(t,i),"--query","Role.Arn","--output","text"]}),o=i=>({name:"gh",args:["variable","set",st[i],"--repo",e,"--body",{before:"",output:n(i)}]}),s=[o("deploy"),o("read")];return[{purpose:"Tell the workflows the ARNs of the roles",text:s.map(G).join(`
`),programs:s}]}function pt({branch:t},e,n){const o=`repos/${n}/environments/${encodeURIComponent(e)}`,i=[{name:"gh",args:["api","-X","PUT",o,"--input","-"],input:{text:'{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}'}},{name:"gh",args:["api","-X","POST",`${o}/deployment-branch-policies`,"-f",`name=${t}`]}];return[{purpose:`Create the environment ${e} and limit it to the branch ${t}`,text:i.map(G).join(`
`),programs:i}]}function mt({envFile:t=".env"},e){const n={name:"gh",args:["secret","set","DOTENV","--repo",e],input:{file:t}};return{purpose:"Store the .env, with the values of production, as a GitHub secret",text:G(n),programs:[n]}}function G({name:t,args:e,input:n}){const o=e.map(i=>typeof i=="string"?z(i):`${i.before}"$(${G(i.output)})"`),s=n===void 0?"":"file"in n?` < ${z(n.file)}`:` <<< ${z(n.text)}`;return`${[t,...o].join(" ")}${s}`}function z(t){return/^[A-Za-z0-9_@%+=:,./-]+$/.test(t)?t:`'${t.replaceAll("'","'\\''")}'`}var Z={checkout:"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",credentials:"aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",buildx:"docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",build:"docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0",deploy:"aws-actions/amazon-ecs-deploy-task-definition@c465972ecbd160473f22e683363b422a5412a3de # v2.6.3"},J="papyrus/aws-bootstrap@v1 # zizmor: ignore[unpinned-uses]",vt="https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/schema/aws-bootstrap.schema.json";function Et(t){return[{path:".github/aws-bootstrap.yml",text:gt(t)},{path:".github/workflows/deploy.yml",text:$t(t)},{path:".github/workflows/plan.yml",text:Dt(t)},{path:".github/workflows/drift.yml",text:Pt(t)}]}function k(t){return/^[A-Za-z/][A-Za-z0-9_./-]*$/.test(t)&&!/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(t)?t:JSON.stringify(t)}function gt(t){const{prefix:e,logRetentionDays:n,account:o,undecided:s}=t,i=s.length===0?"":`# Variables that are neither evidently plain nor certainly secret. They are stored encrypted.
# Move those that are not secret to a rule with "to: parameter".
rules:
  - match: [${s.map(k).join(", ")}]
    to: secure-parameter
`;return`# yaml-language-server: $schema=${vt}
prefix: ${k(e)}
# Logs that are older are deleted.
log-retention-days: ${n}
${o===void 0?"":`# The run refuses every other account.
allowed-account-ids: ["${o}"]
`}tags:
  project: ${k(F(t))}
${i}`}function wt(t,e){return it(t)?`\${{ vars.${st[e]} }}`:`arn:${ot(t.region)}:iam::${t.account}:role/${nt(t,e)}`}function Y(){return`      - uses: ${Z.checkout}
        with:
          persist-credentials: false
`}function X(t,e){return`      - uses: ${Z.credentials}
        with:
          role-to-assume: ${wt(t,e)}
          aws-region: ${t.region}
`}var q=({prefix:t})=>`aws-bootstrap${t.replaceAll("/","-")}`;function $t(t){const{branch:e,environment:n,dockerfile:o}=t;return`# Applies the configuration on every push to ${e}.
name: deploy
on:
  push:
    branches: [${k(e)}]
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${q(t)}
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${n===void 0?"":`    environment: ${k(n)}
`}    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
    steps:
${Y()}${o===void 0?"":Ot(o)}${X(t,"deploy")}      - uses: ${J}
        id: base
        with:
          dotenv: \${{ secrets.DOTENV }}
${o===void 0?"":yt}${Mt(t)}${At(t)}`}var yt=`          image: oci-archive:\${{ runner.temp }}/image.tar
          image-tags: |
            \${{ github.sha }}
            latest
          lifecycle-policy: keep-last:20
`;function Ot(t){const e=t.includes("/")?t.slice(0,t.lastIndexOf("/")):".";return`      - uses: ${Z.buildx}
      - uses: ${Z.build}
        with:
          context: ${k(e)}
          file: ${k(t)}
          platforms: linux/amd64
          outputs: type=oci,dest=\${{ runner.temp }}/image.tar
`}function Mt({taskDefinition:t}){if(t===void 0)return"";const{path:e,container:n}=t;return`          task-definition: ${k(e)}
${n===void 0?"":`          container-name: ${k(n)}
`}`}function At({taskDefinition:t}){const e=t?.service;return e===void 0?"":`      - uses: ${Z.deploy}
        with:
          task-definition: \${{ steps.base.outputs.task-definition }}
          cluster: ${k(e.cluster)}
          service: ${k(e.name)}
          wait-for-service-stability: true
`}function Dt(t){return`# Comments on pull requests with what a merge would change. Reads only.
name: plan
on: pull_request
permissions: {}
concurrency:
  group: ${q(t)}-plan-\${{ github.event.pull_request.number }}
  cancel-in-progress: true
jobs:
  plan:
    # Pull requests from forks get neither secrets nor a role.
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
      pull-requests: write # for the comment
    steps:
${Y()}${X(t,"read")}      - uses: ${J}
        with:
          mode: plan
          dotenv: \${{ secrets.DOTENV }}
`}function Pt(t){return`# Opens an issue when the account differs from the configuration. Reads only.
# GitHub turns off a workflow with a schedule after 60 days without activity, so it has a file of its own.
name: drift
on:
  schedule:
    - cron: "17 5 * * *"
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${q(t)}-drift
  cancel-in-progress: false
jobs:
  drift:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
      issues: write # for the issue
    steps:
${Y()}${X(t,"read")}      - uses: ${J}
        with:
          mode: drift
          dotenv: \${{ secrets.DOTENV }}
          drift-issue: true
`}var bt=15*6e4;async function Tt(t,e){const{terminal:n,isYes:o}=e;for(const{purpose:s,text:i,programs:c}of t){n.print((0,h.I4)("bold",s));for(const u of i.split(`
`))n.printCommand(`  ${u}`);if(!o){const u=await n.ask("Run this? [y/N] ");if(u===void 0)return d.dc.failed;if(!/^y(?:es)?$/i.test(u)){n.print("Skipped.");continue}}for(const u of c){const E=await It(u,e);if(E!==void 0)return n.say((0,h.I4)("red","error"),`: ${E}`),d.dc.failed}n.print((0,h.I4)("green","Done."))}return d.dc.ok}async function It(t,{root:e,terminal:n}){const o=[];for(const E of t.args)if(typeof E=="string")o.push(E===Q?Rt():E);else{const{code:m,output:S,errors:j}=await(0,_.m)(E.output.name,Ct(E.output),{folder:e});if(m!==0)return rt(E.output.name,m,j);o.push(`${E.before}${S.trim()}`)}const{input:s}=t,i=s===void 0?void 0:"file"in s?(0,y.qC)((0,R.join)(e,s.file)):s.text;if(s!==void 0&&i===void 0)return"the .env cannot be read; name it with --env-file";n.waitFor(`${t.name} ${o[0]??""} ${o[1]??""}\u2026`);const{code:c,errors:u}=await(0,_.m)(t.name,o,{folder:e,timeoutMs:bt,...i===void 0?{}:{input:i}});return n.progress(void 0),c===0?void 0:rt(t.name,c,u)}var Ct=({args:t})=>t.filter(e=>typeof e=="string");function rt(t,e,n){if(e===127)return`${t} is not installed, or not on the PATH`;const o=n.trim().split(`
`).at(-1)??"";return`${t} ended with ${e}${o===""?"":`: ${o}`}`}function Rt(){const t=(0,R.join)((0,y.wE)(),Q);return(0,y.x3)(t,(0,y.yg)(process.argv[1]??"",`dist/${Q}`)),t}var at=2e3;function St(t,e){const[n,o]=[ct(t),ct(e)];if(n.length>at||o.length>at)return[...n.map(m=>({sign:"-",text:m})),...o.map(m=>({sign:"+",text:m}))];const s=kt(n,o),i=[];let[c,u]=[0,0];const E=(m,S)=>s[m]?.[S]??0;for(;c<n.length||u<o.length;){const[m,S]=[n[c],o[u]];m!==void 0&&m===S?(i.push({sign:" ",text:m}),c+=1,u+=1):m!==void 0&&(S===void 0||E(c+1,u)>=E(c,u+1))?(i.push({sign:"-",text:m}),c+=1):(i.push({sign:"+",text:S??""}),u+=1)}return i}function Wt(t,e=2){const n=t.map((o,s)=>t.slice(Math.max(0,s-e),s+e+1).some(({sign:i})=>i!==" "));return t.flatMap((o,s)=>n[s]?o:n[s-1]?{sign:" ",text:"\u2026"}:[])}function ct(t){const e=t.split(`
`);return e.at(-1)===""&&e.pop(),e}function kt(t,e){const n=Array.from({length:t.length+1},()=>new Array(e.length+1).fill(0));for(let o=t.length-1;o>=0;o--)for(let s=e.length-1;s>=0;s--){const[i,c]=[n[o],n[o+1]];i===void 0||c===void 0||(i[s]=t[o]===e[s]?(c[s+1]??0)+1:Math.max(c[s]??0,i[s+1]??0))}return n}async function Lt(t,e){const[n=".",...o]=t.positionals;if(o.length>0)throw new d.eb("init takes one folder");const s=t.switched("run")===!0,i=t.switched("yes")===!0;if(s&&!i&&!e.isInteractive)throw new d.eb("--run asks before each command, and nobody can answer here. Add --yes to run them all");const c=(0,R.resolve)(n),u=await(0,v.t5)(c),E=new jt(t,e,!i&&e.isInteractive),m=await xt(c,u,E,e),S=t.switched("json")===!0,j=(...N)=>S?e.say(...N):e.print(...N),V=[...Et(m),...await Nt(c,m,u)],{kept:H}=Gt(c,V,{isForced:t.switched("force")===!0,print:j});await Ft(c,m,e);const et=ft(m);return S?e.printJson({setup:m,files:V.map(({path:N})=>N),kept:H,commands:et.map(({text:N})=>N)}):s||Ht(et,m,u,e),H.length>0&&e.say(`Kept ${H.join(", ")}. Run init again with --force to replace what is there.`),s?Tt(et,{root:c,isYes:i,terminal:e}):d.dc.ok}var jt=class{#e;#t;asks;constructor(t,e,n){this.#e=t,this.#t=e,this.asks=n}async text(t,e,n,o=()=>{}){const s=this.#e.get(t)?.trim();if(s!==void 0){const i=o(s);if(i!==void 0)throw new d.eb(`--${t}: ${i}`);return s}for(;this.asks;){const i=await this.#t.ask(`${e} [${n}]: `);if(i===void 0)throw new d.eb("init ended before all questions were answered");const c=i===""?n:i,u=o(c);if(u===void 0)return c;this.#t.say(u)}return n}async choice(t,e,n){const o=this.#e.switched(t);if(o!==void 0||!this.asks)return o??n;const s=await this.#t.ask(`${e} [${n?"Y/n":"y/N"}] `);if(s===void 0)throw new d.eb("init ended before all questions were answered");return s===""?n:/^y(?:es)?$/i.test(s)}},U=(t,e)=>n=>t.test(n)?void 0:e;async function xt(t,e,n,o){const s=await n.text("prefix","Prefix, /APPLICATION/ENVIRONMENT",`/${e.application}/prd`,H=>(0,C.$A)(H)),i=await n.text("region","AWS region",d.M0.AWS_REGION||d.M0.AWS_DEFAULT_REGION||"us-west-2",U(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/,"this is not a region; write it like us-west-2")),c=await n.text("account-id","AWS account id, or none to keep the roles in GitHub variables",n.asks?await Bt()??"none":"none",U(/^(?:\d{12}|none)$/,"an account id has 12 digits")),u=await n.text("github-repository","Repository on GitHub, OWNER/NAME",e.repository??"none",U(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/,"write it like OWNER/NAME")),E=await n.text("branch","Branch whose pushes deploy",e.branch??"main",U(/^[A-Za-z0-9._/-]+$/,"this is not the name of a branch")),m=await n.text("environment","GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)","production",U(/^[A-Za-z0-9._-]+$/,"use letters, digits, dots, hyphens and underscores")),S=await n.text("log-retention-days","Days that logs are kept, or never (older logs are deleted)","30",U(/^(?:never|[1-9]\d*)$/,"it takes a number of days, or never")),j=await tt(n,"env-file","The .env with the variables",e.envFiles),V=await tt(n,"dockerfile","Dockerfile that the workflow builds",e.dockerfiles);return{prefix:s,region:i,repository:K(u),branch:E,environment:K(m),account:K(c),logRetentionDays:S,envFile:j,undecided:j===void 0?[]:Kt(t,j,o),dockerfile:V,taskDefinition:await Ut(e,n)}}async function Bt(){const t=["sts","get-caller-identity","--query","Account","--output","text"],{output:e}=await(0,_.m)("aws",t,{timeoutMs:5e3});return/^\d{12}$/.test(e.trim())?e.trim():void 0}var K=t=>t==="none"?void 0:t;async function tt(t,e,n,o){const[s="none",...i]=o,c=i.length===0?"":` (also found: ${i.join(", ")})`;return K(await t.text(e,`${n}, or none${c}`,s))}async function Ut({taskDefinitions:t},e){const n=t.map(({path:E})=>E),o=await tt(e,"task-definition","ECS task definition to complete",n);if(o===void 0)return;const{containers:s=[]}=t.find(E=>E.path===o)??{},i=s.length>1?await e.text("container-name",`Container that is completed: ${s.join(", ")}`,s[0]??""):void 0,c=K(await e.text("ecs-cluster","ECS cluster to deploy to, or none","none")),u=c===void 0?void 0:K(await e.text("ecs-service","ECS service, or none","none"));return{path:o,container:i,service:c===void 0||u===void 0?void 0:{cluster:c,name:u}}}function Kt(t,e,n){const{undecided:o,notes:s}=(0,v.SF)(t,e);for(const i of s.faults)n.say((0,h.I4)("yellow","warning"),`: ${(0,b.gA)(i)}`);return o}async function Nt(t,{envFile:e=".env"},{isGit:n}){const o=(0,R.join)(t,".gitignore"),s=(0,y.qC)(o);if(n?(await(0,_.m)("git",["check-ignore","--quiet","--no-index",e],{folder:t})).code===0:(s??"").split(/\r?\n/).some(u=>u.trim()===".env"))return[];const c=s===void 0||s===""||s.endsWith(`
`)?"":`
`;return[{path:".gitignore",text:`${s??""}${c}${e.split("/").at(-1)}
`}]}async function Ft(t,{envFile:e},n){if(e===void 0)return;const{code:o}=await(0,_.m)("git",["ls-files","--error-unmatch",e],{folder:t});o===0&&n.say((0,h.I4)("yellow","warning"),`: git tracks ${e}, so everybody who reads the repository has its values. Take it out with git rm --cached ${e}, and rotate its secrets`)}function Gt(t,e,{isForced:n,print:o}){const s=[];for(const{path:i,text:c}of e){const u=(0,y.qC)((0,R.join)(t,i));if(u===c){o((0,h.I4)("dim",`= ${i}`));continue}const m=u===void 0||n||i===".gitignore"&&u!==void 0;o(m?(0,h.I4)("green",u===void 0?"+":"~"):(0,h.I4)("yellow","!"),` ${i}`,...m?[]:[" exists and was not changed. It differs:"]),u!==void 0&&Zt(u,c,o),m?(0,y.x3)((0,R.join)(t,i),c):s.push(i)}return{kept:s}}function Zt(t,e,n){for(const{sign:o,text:s}of Wt(St(t,e))){const i=`    ${o} ${s}`;n(o==="+"?(0,h.I4)("green",i):o==="-"?(0,h.I4)("red",i):i)}}function Ht(t,e,{isGit:n},o){const s=c=>{o.print(""),o.print((0,h.I4)("bold",c))};o.print(""),o.print("Next steps, from a terminal that is signed in to AWS and GitHub:");for(const[c,{purpose:u,text:E}]of t.entries()){s(`${c+1}. ${u}`);for(const m of E.split(`
`))o.printCommand(`   ${m}`)}s(`${t.length+1}. Commit and push the files`);const i=".github .gitignore";for(const c of[...n?[]:["git init --initial-branch main"],`git add ${i}`,'git commit -m "Set up aws-bootstrap"',`git push origin HEAD:${e.branch}`])o.printCommand(`   ${c}`);e.repository===void 0&&(o.print(""),o.print("Replace OWNER/NAME with your repository on GitHub."))}})};
