"use strict";exports.id=6294,exports.ids=[6294],exports.modules={1399:(function(k,M,r){r.d(M,{p:()=>v});var v=class extends Error{trouble;status;passing;waitMs;constructor(_,b,d={}){super(b),this.name="Auth0Error",this.trouble=_,this.status=d.status,this.passing=d.passing??!1,this.waitMs=d.waitMs}}}),7174:(function(k,M,r){r.d(M,{C:()=>v});var v=["AWS::SSM::Parameter","AWS::SecretsManager::Secret"]}),9085:(function(k,M,r){r.d(M,{PZ:()=>P,SO:()=>g,bs:()=>L,gA:()=>O});var v=r(724),_=r(3068),b=r(2237),d=r(2364),h=r(9363),T=r(9039),y=100;function g(p,w){if(p instanceof v.eb)return w.say((0,_.I4)("red","error"),`: ${p.message}`),v.dc.input;if(p instanceof T.qv){for(const l of p.faults.slice(0,y))w.say((0,_.I4)("red","error"),`: ${O(l)}`);const A=p.faults.length-y;return A>0&&w.say(`\u2026 and ${A} more`),w.say("Nothing was written."),v.dc.input}return w.say((0,_.I4)("red","error"),`: ${L(p)}`),(0,b.A)(p)==="input"?v.dc.input:v.dc.failed}function O(p){const w=/^input (\S+)$/.exec(p.where)?.[1],A=T.mc.some(l=>l===w);return(0,T.q0)(A?{...p,where:`--${w}`}:p)}function L(p){return p instanceof h.Gy&&p.reason==="credentials"?`${p.message}. ${P(p)}`:(0,d.k)(p)}function P(p){const w=v.M0.AWS_PROFILE,A=w===void 0||w===""?"":` --profile ${w}`,l=p.cause instanceof Error?p.cause.message:"";return/\bSSO\b|Session token not found|token (?:is|has) expired|Token is expired/i.test(l)?`The SSO session has expired or was never started. Sign in: aws sso login${A}`:/multi-factor|\bMFA\b/i.test(l)?`The profile asks for an MFA code. Export its credentials first: eval "$(aws configure export-credentials${A} --format env)"`:p.code==="ProfileNotFound"?"List the profiles of this machine: aws configure list-profiles":`Sign in: aws sso login${A}, or choose a profile with --profile NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`}}),2723:(function(k,M,r){r.d(M,{m:()=>d});var v=r(1421),_=127,b=3e4;function d(h,T,{folder:y,input:g,timeoutMs:O=b}={}){return new Promise(L=>{const P=(0,v.spawn)(h,T,{...y===void 0?{}:{cwd:y},stdio:"pipe",timeout:O,windowsHide:!0}),[p,w]=[[],[]];P.stdout.on("data",A=>p.push(A)),P.stderr.on("data",A=>w.push(A)),P.once("error",()=>L({code:_,output:"",errors:""})),P.once("close",A=>L({code:A??1,output:Buffer.concat(p).toString("utf8"),errors:Buffer.concat(w).toString("utf8")})),P.stdin.on("error",()=>{}),P.stdin.end(g)})}}),3017:(function(k,M,r){r.d(M,{CS:()=>w,Q8:()=>y,qC:()=>O,wE:()=>g,x3:()=>L,yg:()=>T});var v=r(9039),_=r(3024),b=r(8161),d=r(6760),h=1024*1024;function T(a,f){const $=(0,d.join)((0,d.dirname)((0,_.realpathSync)(a)),"..",f);return(0,v.VX)($,(0,d.basename)($),h).toString("utf8")}function y(a){try{return(0,v.VX)((0,d.resolve)(a),a,h).toString("utf8")}catch(f){throw f instanceof v.n6?f:new v.n6(`there is no file ${a} that can be read`)}}function g(){return(0,_.mkdtempSync)((0,d.join)((0,b.tmpdir)(),"aws-bootstrap-"))}function O(a){try{return(0,v.VX)(a,a,h).toString("utf8")}catch{return}}function L(a,f){(0,_.mkdirSync)((0,d.dirname)(a),{recursive:!0}),(0,_.writeFileSync)(a,f)}var P=new Set(["node_modules","vendor","dist","build","target","venv","__pycache__"]),p=2e4;function w(a,f){const $=[];let D=[""],I=0;for(let x=0;x<=f&&D.length>0;x++){const C=[];for(const K of D)for(const R of l((0,d.join)(a,K))){if(++I>p)return $;const F=K===""?R.name:`${K}/${R.name}`;R.isFile()?$.push(F):R.isDirectory()&&A(R.name)&&C.push(F)}D=C.sort()}return $}function A(a){return!P.has(a)&&(!a.startsWith(".")||a===".github"||a===".aws")}function l(a){try{return(0,_.readdirSync)(a,{withFileTypes:!0}).sort((f,$)=>f.name<$.name?-1:1)}catch{return[]}}}),8128:(function(k,M,r){r.d(M,{U:()=>v});var v=class extends Error{name="UserFacingError";reason;constructor(_,{reason:b="internal",...d}={}){super(_,d),this.reason=b}}}),2364:(function(k,M,r){r.d(M,{M:()=>T,k:()=>y});var v=r(1399),_=r(8128),b=r(9363),d=r(3852),h=r(9039);function T(g,O){return!g.some(P=>P instanceof b.Gy&&P.reason==="credentials")||O===void 0||O.prefix===""?"":`. To find the cause, run in a clone of the repository: npx github:papyrus/aws-bootstrap doctor --prefix ${O.prefix} --region ${O.region}`}function y(g){if(g instanceof b.Gy)return`${g.message}. What to do: ${g.remedy}`;if(g instanceof v.p||g instanceof h.C8||g instanceof h.oM||g instanceof _.U)return g.message;const O=(0,d.xU)(g);return O!==void 0&&/^E[A-Z0-9]+$/.test(O)?`the system refuses it (${O})`:`something unexpected happened (${g instanceof Error?g.name:typeof g}); please report it`}}),9722:(function(k,M,r){r.d(M,{SF:()=>A,_M:()=>O,t5:()=>y});var v=r(2723),_=r(3017),b=r(6473),d=r(9039),h=r(6760),T=3;async function y(l){const a=(0,_.CS)(l,T),f=await g(l),$=D=>a.filter(I=>D.test(I));return{...f,application:L(l,f.repository),envFiles:[".env",".env.production",".env.prod"].flatMap(D=>a.filter(I=>(0,h.basename)(I)===D)),dockerfiles:$(/(?:^|\/)Dockerfile$/),taskDefinitions:$(/(?:^|\/)[\w.-]*task-?def(?:inition)?[\w.-]*\.json$/i).flatMap(D=>{const I=p((0,_.qC)((0,h.join)(l,D)));return I===void 0?[]:[{path:D,containers:I}]}),workflows:$(/^\.github\/workflows\/[^/]+\.ya?ml$/)}}async function g(l){const a=async(...x)=>{const{code:C,output:K}=await(0,v.m)("git",x,{folder:l});return C===0?K.trim():void 0},f=await a("rev-parse","--is-inside-work-tree")==="true";if(!f)return{isGit:f,repository:void 0,branch:void 0};const[$,D,I]=await Promise.all([a("remote","get-url","origin"),a("symbolic-ref","--short","refs/remotes/origin/HEAD"),a("symbolic-ref","--short","HEAD")]);return{isGit:f,repository:$===void 0?void 0:O($),branch:D?.replace(/^origin\//,"")??I}}function O(l){const a=/^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git:\/\/|(?:[^@/]+@)?)(?:www\.|ssh\.)?github\.com(?::\d+)?[:/]([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/i.exec(l);return a===null?void 0:`${a[1]}/${a[2]}`}function L(l,a){const f=P((0,_.qC)((0,h.join)(l,"package.json"))),$=/^\s*name\s*=\s*["']([^"']+)["']/m.exec((0,_.qC)((0,h.join)(l,"pyproject.toml"))??"")?.[1];for(const D of[a?.split("/")[1],f,$,(0,h.basename)(l)]){const I=(D??"").toLowerCase().replace(/^@[^/]*\//,"").replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,40);if(/^[a-z]/.test(I))return I}return"app"}function P(l){const a=w(l);return typeof a?.name=="string"?a.name:void 0}function p(l){const a=w(l)?.containerDefinitions;if(Array.isArray(a))return a.flatMap(f=>typeof f=="object"&&f!==null&&"name"in f&&typeof f.name=="string"?[f.name]:[])}function w(l){try{const a=JSON.parse(l??"");return typeof a=="object"&&a!==null?{...a}:void 0}catch{return}}function A(l,a){const f=new d.u3,$=(0,_.qC)((0,h.join)(l,a));if($===void 0)return f.fault({where:a,text:"it cannot be read"}),{undecided:[],notes:f};const{variables:D}=(0,d.Ch)([{source:"env-file",content:$,where:a,file:a,inFile:!0}],C=>(0,d.OB)(C)!==void 0,()=>{},f),I={rules:[],prefer:"secrets-manager",parameterTier:"auto"};return{undecided:D.map(C=>(0,d.wE)(C,I,new d.u3,b.L)).filter(d.Ae).map(({variable:C})=>C.name),notes:f}}}),7727:(function(k,M,r){r.r(M),r.d(M,{run:()=>kt});var v=r(9722),_=r(2723),b=r(9085),d=r(724),h=r(3068),T=r(4753),y=r(3017),g=r(2237),O=r(5757),L=r(1758),P=r(8154),p=r(8141),w=r(9969),A=r(4846),l=r(2364),a=r(1399),f=r(8128),$=r(9363),D=r(3852),I=r(7575),x=r(6473),C=r(9039),K=r(2660),R=r(6760);function F({prefix:t}){return t.split("/")[1]??""}function nt(t,e){return`${F(t)}-${e}`}function ot(t){return t.startsWith("cn-")?"aws-cn":t.startsWith("us-gov-")?"aws-us-gov":/^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(t)?"aws":void 0}var st={deploy:"AWS_DEPLOY_ROLE",read:"AWS_READ_ROLE"};function it({account:t,region:e}){return t===void 0||ot(e)===void 0}var Z="roles.yml",ut={name:"aws",args:["iam","list-open-id-connect-providers","--query","OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn","--output","text"]},dt=t=>({name:"gh",args:["api",`repos/${t}`,"--jq",'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end']});function ft(t){const e=t.repository??"OWNER/NAME";return[lt(t,e),...it(t)?ht(t,e):[],...t.environment===void 0?[]:pt(t,t.environment,e),mt(t,e)]}function lt(t,e){const{prefix:n,region:o,environment:s,branch:i}=t,u={name:"aws",args:["cloudformation","deploy","--region",o,"--stack-name",_t(t),"--template-file",Z,"--capabilities","CAPABILITY_NAMED_IAM","--no-fail-on-empty-changeset","--parameter-overrides",`Repository=${e}`,`Prefix=${n}`,`Environment=${s??""}`,`DriftBranch=${i}`,"PlanOnPullRequests=true",{before:"RepositoryIds=",output:dt(e)},{before:"OidcProviderArn=",output:ut}]};return{purpose:"Create the IAM roles that GitHub Actions will use",text:`curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml
${H(u)}`,programs:[u]}}var _t=({prefix:t})=>`${t.slice(1).replace(/[^A-Za-z0-9]+/g,"-")}-roles`;function ht(t,e){const n=i=>({name:"aws",args:["iam","get-role","--role-name",nt(t,i),"--query","Role.Arn","--output","text"]}),o=i=>({name:"gh",args:["variable","set",st[i],"--repo",e,"--body",{before:"",output:n(i)}]}),s=[o("deploy"),o("read")];return[{purpose:"Tell the workflows the ARNs of the roles",text:s.map(H).join(`
`),programs:s}]}function pt({branch:t},e,n){const o=`repos/${n}/environments/${encodeURIComponent(e)}`,i=[{name:"gh",args:["api","-X","PUT",o,"--input","-"],input:{text:'{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}'}},{name:"gh",args:["api","-X","POST",`${o}/deployment-branch-policies`,"-f",`name=${t}`]}];return[{purpose:`Create the environment ${e} and limit it to the branch ${t}`,text:i.map(H).join(`
`),programs:i}]}function mt({envFile:t=".env"},e){const n={name:"gh",args:["secret","set","DOTENV","--repo",e],input:{file:t}};return{purpose:"Store the .env, with the values of production, as a GitHub secret",text:H(n),programs:[n]}}function H({name:t,args:e,input:n}){const o=e.map(i=>typeof i=="string"?z(i):`${i.before}"$(${H(i.output)})"`),s=n===void 0?"":"file"in n?` < ${z(n.file)}`:` <<< ${z(n.text)}`;return`${[t,...o].join(" ")}${s}`}function z(t){return/^[A-Za-z0-9_@%+=:,./-]+$/.test(t)?t:`'${t.replaceAll("'","'\\''")}'`}var G={checkout:"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",credentials:"aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",buildx:"docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",build:"docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0",deploy:"aws-actions/amazon-ecs-deploy-task-definition@c465972ecbd160473f22e683363b422a5412a3de # v2.6.3"},V="papyrus/aws-bootstrap@v1 # zizmor: ignore[unpinned-uses]",vt="https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/schema/aws-bootstrap.schema.json";function Et(t){return[{path:".github/aws-bootstrap.yml",text:gt(t)},{path:".github/workflows/deploy.yml",text:$t(t)},{path:".github/workflows/plan.yml",text:Pt(t)},{path:".github/workflows/drift.yml",text:Dt(t)}]}function W(t){return/^[A-Za-z/][A-Za-z0-9_./-]*$/.test(t)&&!/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(t)?t:JSON.stringify(t)}function gt(t){const{prefix:e,logRetentionDays:n,account:o,undecided:s}=t,i=s.length===0?"":`# Variables that are neither evidently plain nor certainly secret. They are stored encrypted.
# Move those that are not secret to a rule with "to: parameter".
rules:
  - match: [${s.map(W).join(", ")}]
    to: secure-parameter
`;return`# yaml-language-server: $schema=${vt}
prefix: ${W(e)}
# Logs that are older are deleted.
log-retention-days: ${n}
${o===void 0?"":`# The run refuses every other account.
allowed-account-ids: ["${o}"]
`}tags:
  project: ${W(F(t))}
${i}`}function wt(t,e){return it(t)?`\${{ vars.${st[e]} }}`:`arn:${ot(t.region)}:iam::${t.account}:role/${nt(t,e)}`}function J(){return`      - uses: ${G.checkout}
        with:
          persist-credentials: false
`}function X(t,e){return`      - uses: ${G.credentials}
        with:
          role-to-assume: ${wt(t,e)}
          aws-region: ${t.region}
`}var q=({prefix:t})=>`aws-bootstrap${t.replaceAll("/","-")}`;function $t(t){const{branch:e,environment:n,dockerfile:o}=t;return`# Applies the configuration on every push to ${e}.
name: deploy
on:
  push:
    branches: [${W(e)}]
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${q(t)}
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${n===void 0?"":`    environment: ${W(n)}
`}    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
    steps:
${J()}${o===void 0?"":Ot(o)}${X(t,"deploy")}      - uses: ${V}
        id: base
        with:
          dotenv: \${{ secrets.DOTENV }}
${o===void 0?"":yt}${At(t)}${Mt(t)}`}var yt=`          image: oci-archive:\${{ runner.temp }}/image.tar
          image-tags: |
            \${{ github.sha }}
            latest
          lifecycle-policy: keep-last:20
`;function Ot(t){const e=t.includes("/")?t.slice(0,t.lastIndexOf("/")):".";return`      - uses: ${G.buildx}
      - uses: ${G.build}
        with:
          context: ${W(e)}
          file: ${W(t)}
          platforms: linux/amd64
          outputs: type=oci,dest=\${{ runner.temp }}/image.tar
`}function At({taskDefinition:t}){if(t===void 0)return"";const{path:e,container:n}=t;return`          task-definition: ${W(e)}
${n===void 0?"":`          container-name: ${W(n)}
`}`}function Mt({taskDefinition:t}){const e=t?.service;return e===void 0?"":`      - uses: ${G.deploy}
        with:
          task-definition: \${{ steps.base.outputs.task-definition }}
          cluster: ${W(e.cluster)}
          service: ${W(e.name)}
          wait-for-service-stability: true
`}function Pt(t){return`# Comments on pull requests with what a merge would change. Reads only.
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
${J()}${X(t,"read")}      - uses: ${V}
        with:
          mode: plan
          dotenv: \${{ secrets.DOTENV }}
`}function Dt(t){return`# Opens an issue when the account differs from the configuration. Reads only.
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
${J()}${X(t,"read")}      - uses: ${V}
        with:
          mode: drift
          dotenv: \${{ secrets.DOTENV }}
          drift-issue: true
`}var bt=15*6e4;async function It(t,e){const{terminal:n,isYes:o}=e;for(const{purpose:s,text:i,programs:c}of t){n.print((0,h.I4)("bold",s));for(const u of i.split(`
`))n.printCommand(`  ${u}`);if(!o){const u=await n.ask("Run this? [y/N] ");if(u===void 0)return d.dc.failed;if(!/^y(?:es)?$/i.test(u)){n.print("Skipped.");continue}}for(const u of c){const E=await Tt(u,e);if(E!==void 0)return n.say((0,h.I4)("red","error"),`: ${E}`),d.dc.failed}n.print((0,h.I4)("green","Done."))}return d.dc.ok}async function Tt(t,{root:e,terminal:n}){const o=[];for(const E of t.args)if(typeof E=="string")o.push(E===Z?Rt():E);else{const{code:m,output:S,errors:j}=await(0,_.m)(E.output.name,Ct(E.output),{folder:e});if(m!==0)return rt(E.output.name,m,j);o.push(`${E.before}${S.trim()}`)}const{input:s}=t,i=s===void 0?void 0:"file"in s?(0,y.qC)((0,R.join)(e,s.file)):s.text;if(s!==void 0&&i===void 0)return"the .env cannot be read; name it with --env-file";n.waitFor(`${t.name} ${o[0]??""} ${o[1]??""}\u2026`);const{code:c,errors:u}=await(0,_.m)(t.name,o,{folder:e,timeoutMs:bt,...i===void 0?{}:{input:i}});return n.progress(void 0),c===0?void 0:rt(t.name,c,u)}var Ct=({args:t})=>t.filter(e=>typeof e=="string");function rt(t,e,n){if(e===127)return`${t} is not installed, or not on the PATH`;const o=n.trim().split(`
`).at(-1)??"";return`${t} ended with ${e}${o===""?"":`: ${o}`}`}function Rt(){const t=(0,R.join)((0,y.wE)(),Z);return(0,y.x3)(t,(0,y.yg)(process.argv[1]??"",`dist/${Z}`)),t}var at=2e3;function St(t,e){const[n,o]=[ct(t),ct(e)];if(n.length>at||o.length>at)return[...n.map(m=>({sign:"-",text:m})),...o.map(m=>({sign:"+",text:m}))];const s=Wt(n,o),i=[];let[c,u]=[0,0];const E=(m,S)=>s[m]?.[S]??0;for(;c<n.length||u<o.length;){const[m,S]=[n[c],o[u]];m!==void 0&&m===S?(i.push({sign:" ",text:m}),c+=1,u+=1):m!==void 0&&(S===void 0||E(c+1,u)>=E(c,u+1))?(i.push({sign:"-",text:m}),c+=1):(i.push({sign:"+",text:S??""}),u+=1)}return i}function Lt(t,e=2){const n=t.map((o,s)=>t.slice(Math.max(0,s-e),s+e+1).some(({sign:i})=>i!==" "));return t.flatMap((o,s)=>n[s]?o:n[s-1]?{sign:" ",text:"\u2026"}:[])}function ct(t){const e=t.split(`
`);return e.at(-1)===""&&e.pop(),e}function Wt(t,e){const n=Array.from({length:t.length+1},()=>new Array(e.length+1).fill(0));for(let o=t.length-1;o>=0;o--)for(let s=e.length-1;s>=0;s--){const[i,c]=[n[o],n[o+1]];i===void 0||c===void 0||(i[s]=t[o]===e[s]?(c[s+1]??0)+1:Math.max(c[s]??0,i[s+1]??0))}return n}async function kt(t,e){const[n=".",...o]=t.positionals;if(o.length>0)throw new d.eb("init takes one folder");const s=t.switched("run")===!0,i=t.switched("yes")===!0;if(s&&!i&&!e.isInteractive)throw new d.eb("--run asks before each command, and nobody can answer here. Add --yes to run them all");const c=(0,R.resolve)(n),u=await(0,v.t5)(c),E=new jt(t,e,!i&&e.isInteractive),m=await xt(c,u,E,e),S=t.switched("json")===!0,j=(...N)=>S?e.say(...N):e.print(...N),Q=[...Et(m),...await Nt(c,m,u)],{kept:Y}=Ht(c,Q,{isForced:t.switched("force")===!0,print:j});await Ft(c,m,e);const et=ft(m);return S?e.printJson({setup:m,files:Q.map(({path:N})=>N),kept:Y,commands:et.map(({text:N})=>N)}):s||Yt(et,m,u,e),Y.length>0&&e.say(`Kept ${Y.join(", ")}. Run init again with --force to replace what is there.`),s?It(et,{root:c,isYes:i,terminal:e}):d.dc.ok}var jt=class{#e;#t;asks;constructor(t,e,n){this.#e=t,this.#t=e,this.asks=n}async text(t,e,n,o=()=>{}){const s=this.#e.get(t)?.trim();if(s!==void 0){const i=o(s);if(i!==void 0)throw new d.eb(`--${t}: ${i}`);return s}for(;this.asks;){const i=await this.#t.ask(`${e} [${n}]: `);if(i===void 0)throw new d.eb("init ended before all questions were answered");const c=i===""?n:i,u=o(c);if(u===void 0)return c;this.#t.say(u)}return n}async choice(t,e,n){const o=this.#e.switched(t);if(o!==void 0||!this.asks)return o??n;const s=await this.#t.ask(`${e} [${n?"Y/n":"y/N"}] `);if(s===void 0)throw new d.eb("init ended before all questions were answered");return s===""?n:/^y(?:es)?$/i.test(s)}},B=(t,e)=>n=>t.test(n)?void 0:e;async function xt(t,e,n,o){const s=await n.text("prefix","Prefix, /APPLICATION/ENVIRONMENT",`/${e.application}/prd`,Y=>(0,C.$A)(Y)),i=await n.text("region","AWS region",d.M0.AWS_REGION||d.M0.AWS_DEFAULT_REGION||"us-west-2",B(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/,"this is not a region; write it like us-west-2")),c=await n.text("account-id","AWS account id, or none to keep the roles in GitHub variables",n.asks?await Kt()??"none":"none",B(/^(?:\d{12}|none)$/,"an account id has 12 digits")),u=await n.text("github-repository","Repository on GitHub, OWNER/NAME",e.repository??"none",B(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/,"write it like OWNER/NAME")),E=await n.text("branch","Branch whose pushes deploy",e.branch??"main",B(/^[A-Za-z0-9._/-]+$/,"this is not the name of a branch")),m=await n.text("environment","GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)","production",B(/^[A-Za-z0-9._-]+$/,"use letters, digits, dots, hyphens and underscores")),S=await n.text("log-retention-days","Days that logs are kept, or never (older logs are deleted)","30",B(/^(?:never|[1-9]\d*)$/,"it takes a number of days, or never")),j=await tt(n,"env-file","The .env with the variables",e.envFiles),Q=await tt(n,"dockerfile","Dockerfile that the workflow builds",e.dockerfiles);return{prefix:s,region:i,repository:U(u),branch:E,environment:U(m),account:U(c),logRetentionDays:S,envFile:j,undecided:j===void 0?[]:Ut(t,j,o),dockerfile:Q,taskDefinition:await Bt(e,n)}}async function Kt(){const t=["sts","get-caller-identity","--query","Account","--output","text"],{output:e}=await(0,_.m)("aws",t,{timeoutMs:5e3});return/^\d{12}$/.test(e.trim())?e.trim():void 0}var U=t=>t==="none"?void 0:t;async function tt(t,e,n,o){const[s="none",...i]=o,c=i.length===0?"":` (also found: ${i.join(", ")})`;return U(await t.text(e,`${n}, or none${c}`,s))}async function Bt({taskDefinitions:t},e){const n=t.map(({path:E})=>E),o=await tt(e,"task-definition","ECS task definition to complete",n);if(o===void 0)return;const{containers:s=[]}=t.find(E=>E.path===o)??{},i=s.length>1?await e.text("container-name",`Container that is completed: ${s.join(", ")}`,s[0]??""):void 0,c=U(await e.text("ecs-cluster","ECS cluster to deploy to, or none","none")),u=c===void 0?void 0:U(await e.text("ecs-service","ECS service, or none","none"));return{path:o,container:i,service:c===void 0||u===void 0?void 0:{cluster:c,name:u}}}function Ut(t,e,n){const{undecided:o,notes:s}=(0,v.SF)(t,e);for(const i of s.faults)n.say((0,h.I4)("yellow","warning"),`: ${(0,b.gA)(i)}`);return o}async function Nt(t,{envFile:e=".env"},{isGit:n}){const o=(0,R.join)(t,".gitignore"),s=(0,y.qC)(o);if(n?(await(0,_.m)("git",["check-ignore","--quiet","--no-index",e],{folder:t})).code===0:(s??"").split(/\r?\n/).some(u=>u.trim()===".env"))return[];const c=s===void 0||s===""||s.endsWith(`
`)?"":`
`;return[{path:".gitignore",text:`${s??""}${c}${e.split("/").at(-1)}
`}]}async function Ft(t,{envFile:e},n){if(e===void 0)return;const{code:o}=await(0,_.m)("git",["ls-files","--error-unmatch",e],{folder:t});o===0&&n.say((0,h.I4)("yellow","warning"),`: git tracks ${e}, so everybody who reads the repository has its values. Take it out with git rm --cached ${e}, and rotate its secrets`)}function Ht(t,e,{isForced:n,print:o}){const s=[];for(const{path:i,text:c}of e){const u=(0,y.qC)((0,R.join)(t,i));if(u===c){o((0,h.I4)("dim",`= ${i}`));continue}const m=u===void 0||n||i===".gitignore"&&u!==void 0;o(m?(0,h.I4)("green",u===void 0?"+":"~"):(0,h.I4)("yellow","!"),` ${i}`,...m?[]:[" exists and was not changed. It differs:"]),u!==void 0&&Gt(u,c,o),m?(0,y.x3)((0,R.join)(t,i),c):s.push(i)}return{kept:s}}function Gt(t,e,n){for(const{sign:o,text:s}of Lt(St(t,e))){const i=`    ${o} ${s}`;n(o==="+"?(0,h.I4)("green",i):o==="-"?(0,h.I4)("red",i):i)}}function Yt(t,e,{isGit:n},o){const s=c=>{o.print(""),o.print((0,h.I4)("bold",c))};o.print(""),o.print("Next steps, from a terminal that is signed in to AWS and GitHub:");for(const[c,{purpose:u,text:E}]of t.entries()){s(`${c+1}. ${u}`);for(const m of E.split(`
`))o.printCommand(`   ${m}`)}s(`${t.length+1}. Commit and push the files`);const i=".github .gitignore";for(const c of[...n?[]:["git init --initial-branch main"],`git add ${i}`,'git commit -m "Set up aws-bootstrap"',`git push origin HEAD:${e.branch}`])o.printCommand(`   ${c}`);e.repository===void 0&&(o.print(""),o.print("Replace OWNER/NAME with your repository on GitHub."))}})};
