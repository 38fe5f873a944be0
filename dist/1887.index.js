"use strict";exports.id=1887,exports.ids=[1887],exports.modules={1399:(function(W,D,r){r.d(D,{p:()=>E});var E=class extends Error{trouble;status;passing;waitMs;constructor(l,P,u={}){super(P),this.name="Auth0Error",this.trouble=l,this.status=u.status,this.passing=u.passing??!1,this.waitMs=u.waitMs}}}),2723:(function(W,D,r){r.d(D,{m:()=>u});var E=r(1421),l=127,P=3e4;function u(_,T,{folder:p,input:w,timeoutMs:O=P}={}){return new Promise(S=>{const I=(0,E.spawn)(_,T,{...p===void 0?{}:{cwd:p},stdio:"pipe",timeout:O,windowsHide:!0}),[m,y]=[[],[]];I.stdout.on("data",A=>m.push(A)),I.stderr.on("data",A=>y.push(A)),I.once("error",()=>S({code:l,output:"",errors:""})),I.once("close",A=>S({code:A??1,output:Buffer.concat(m).toString("utf8"),errors:Buffer.concat(y).toString("utf8")})),I.stdin.on("error",()=>{}),I.stdin.end(w)})}}),1868:(function(W,D,r){r.d(D,{PZ:()=>I,SO:()=>w,bs:()=>S,gA:()=>O});var E=r(7125),l=r(3611),P=r(9392),u=r(9200),_=r(9363),T=r(2483),p=100;function w(m,y){if(m instanceof E.eb)return y.say((0,l.I4)("red","error"),`: ${m.message}`),E.dc.input;if(m instanceof T.G){for(const h of m.errors.slice(0,p))y.say((0,l.I4)("red","error"),`: ${O(h)}`);const A=m.errors.length-p;return A>0&&y.say(`\u2026 and ${A} more`),y.say("Nothing was written."),E.dc.input}return y.say((0,l.I4)("red","error"),`: ${S(m)}`),(0,P.A)(m)==="input"?E.dc.input:E.dc.failed}function O(m){const y=/^input (\S+)$/.exec(m.where)?.[1],A=T.mc.some(h=>h===y);return(0,T.q0)(A?{...m,where:`--${y}`}:m)}function S(m){return m instanceof _.Gy&&m.reason==="credentials"?`${m.message}. ${I(m)}`:(0,u.k)(m)}function I(m){const y=E.M0.AWS_PROFILE,A=y===void 0||y===""?"":` --profile ${y}`,h=m.cause instanceof Error?m.cause.message:"";return/\bSSO\b|Session token not found|token (?:is|has) expired|Token is expired/i.test(h)?`The SSO session has expired or was never started. Sign in: aws sso login${A}`:/multi-factor|\bMFA\b/i.test(h)?`The profile asks for an MFA code. Export its credentials first: eval "$(aws configure export-credentials${A} --format env)"`:m.code==="ProfileNotFound"?"List the profiles of this machine: aws configure list-profiles":`Sign in: aws sso login${A}, or choose a profile with --profile NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`}}),8008:(function(W,D,r){r.d(D,{CS:()=>y,Q8:()=>p,qC:()=>O,wE:()=>w,x3:()=>S,yg:()=>T});var E=r(2483),l=r(3024),P=r(8161),u=r(6760),_=1024*1024;function T(a,f){const $=(0,u.join)((0,u.dirname)((0,l.realpathSync)(a)),"..",f);return(0,E.VX)($,(0,u.basename)($),_).toString("utf8")}function p(a){try{return(0,E.VX)((0,u.resolve)(a),a,_).toString("utf8")}catch(f){throw f instanceof E.mB?f:new E.mB(`there is no file ${a} that can be read`)}}function w(){return(0,l.mkdtempSync)((0,u.join)((0,P.tmpdir)(),"aws-bootstrap-"))}function O(a){try{return(0,E.VX)(a,a,_).toString("utf8")}catch{return}}function S(a,f){(0,l.mkdirSync)((0,u.dirname)(a),{recursive:!0}),(0,l.writeFileSync)(a,f)}var I=new Set(["node_modules","vendor","dist","build","target","venv","__pycache__"]),m=2e4;function y(a,f){const $=[];let M=[""],b=0;for(let x=0;x<=f&&M.length>0;x++){const C=[];for(const L of M)for(const j of h((0,u.join)(a,L))){if(++b>m)return $;const V=L===""?j.name:`${L}/${j.name}`;j.isFile()?$.push(V):j.isDirectory()&&A(j.name)&&C.push(V)}M=C.sort()}return $}function A(a){return!I.has(a)&&(!a.startsWith(".")||a===".github"||a===".aws")}function h(a){try{return(0,l.readdirSync)(a,{withFileTypes:!0}).sort((f,$)=>f.name<$.name?-1:1)}catch{return[]}}}),8128:(function(W,D,r){r.d(D,{U:()=>E});var E=class extends Error{name="UserFacingError";reason;constructor(l,{reason:P="internal",...u}={}){super(l,u),this.reason=P}}}),9200:(function(W,D,r){r.d(D,{M:()=>T,k:()=>p});var E=r(1399),l=r(8128),P=r(9363),u=r(3852),_=r(2483);function T(w,O){return!w.some(I=>I instanceof P.Gy&&I.reason==="credentials")||O===void 0||O.prefix===""?"":`. To find the cause, run in a clone of the repository: npx github:papyrus/aws-bootstrap doctor --prefix ${O.prefix} --region ${O.region}`}function p(w){if(w instanceof P.Gy)return`${w.message}. What to do: ${w.remedy}`;if(w instanceof E.p||w instanceof _.C8||w instanceof _.oM||w instanceof l.U)return w.message;const O=(0,u.xU)(w);return O!==void 0&&/^E[A-Z0-9]+$/.test(O)?`the system refuses it (${O})`:`something unexpected happened (${w instanceof Error?w.name:typeof w}); please report it`}}),9392:(function(W,D,r){r.d(D,{A:()=>T});var E=r(1399),l=r(8128),P=r(9363),u=r(2483),_={credentials:"credentials",grant:"access-denied",scope:"access-denied","rate-limit":"throttled",unavailable:"network",unreachable:"network","lost-race":"conflict"};function T(p){return p instanceof P.Gy||p instanceof u.oM||p instanceof l.U?p.reason:p instanceof u.C8?p.fault==="DENIED"?"access-denied":"image":p instanceof E.p?_[p.trouble]??"auth0":"internal"}}),994:(function(W,D,r){r.d(D,{SF:()=>A,_M:()=>O,t5:()=>p});var E=r(2723),l=r(8008),P=r(9371),u=r(2483),_=r(6760),T=3;async function p(h){const a=(0,l.CS)(h,T),f=await w(h),$=M=>a.filter(b=>M.test(b));return{...f,application:S(h,f.repository),envFiles:[".env",".env.production",".env.prod"].flatMap(M=>a.filter(b=>(0,_.basename)(b)===M)),dockerfiles:$(/(?:^|\/)Dockerfile$/),taskDefinitions:$(/(?:^|\/)[\w.-]*task-?def(?:inition)?[\w.-]*\.json$/i).flatMap(M=>{const b=m((0,l.qC)((0,_.join)(h,M)));return b===void 0?[]:[{path:M,containers:b}]}),workflows:$(/^\.github\/workflows\/[^/]+\.ya?ml$/)}}async function w(h){const a=async(...x)=>{const{code:C,output:L}=await(0,E.m)("git",x,{folder:h});return C===0?L.trim():void 0},f=await a("rev-parse","--is-inside-work-tree")==="true";if(!f)return{isGit:f,repository:void 0,branch:void 0};const[$,M,b]=await Promise.all([a("remote","get-url","origin"),a("symbolic-ref","--short","refs/remotes/origin/HEAD"),a("symbolic-ref","--short","HEAD")]);return{isGit:f,repository:$===void 0?void 0:O($),branch:M?.replace(/^origin\//,"")??b}}function O(h){const a=/^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git:\/\/|(?:[^@/]+@)?)(?:www\.|ssh\.)?github\.com(?::\d+)?[:/]([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/i.exec(h);return a===null?void 0:`${a[1]}/${a[2]}`}function S(h,a){const f=I((0,l.qC)((0,_.join)(h,"package.json"))),$=/^\s*name\s*=\s*["']([^"']+)["']/m.exec((0,l.qC)((0,_.join)(h,"pyproject.toml"))??"")?.[1];for(const M of[a?.split("/")[1],f,$,(0,_.basename)(h)]){const b=(M??"").toLowerCase().replace(/^@[^/]*\//,"").replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,40);if(/^[a-z]/.test(b))return b}return"app"}function I(h){const a=y(h);return typeof a?.name=="string"?a.name:void 0}function m(h){const a=y(h)?.containerDefinitions;if(Array.isArray(a))return a.flatMap(f=>typeof f=="object"&&f!==null&&"name"in f&&typeof f.name=="string"?[f.name]:[])}function y(h){try{const a=JSON.parse(h??"");return typeof a=="object"&&a!==null?{...a}:void 0}catch{return}}function A(h,a){const f=new u.rE,$=(0,l.qC)((0,_.join)(h,a));if($===void 0)return f.fault({where:a,text:"it cannot be read"}),{undecided:[],notes:f};const{variables:M}=(0,u.Ch)([{source:"env-file",content:$,where:a,file:a,inFile:!0}],C=>(0,u.OB)(C)!==void 0,()=>{},f),b={rules:[],prefer:"secrets-manager",parameterTier:"auto"};return{undecided:M.map(C=>(0,u.wE)(C,b,new u.rE,P.L)).filter(u.Ae).map(({variable:C})=>C.name),notes:f}}}),1887:(function(W,D,r){r.r(D),r.d(D,{run:()=>It});var E=r(994),l=r(2723),P=r(1868),u=r(7125),_=r(3611),T=r(3415),p=r(8008),w=r(9392),O=r(9200),S=r(1399),I=r(8128),m=r(9363),y=r(3852),A=r(9371),h=r(2483),a=r(2660),f=r(6760);function $({prefix:t}){return t.split("/")[1]??""}function M(t,e){return`${$(t)}-${e}`}function b(t){return t.startsWith("cn-")?"aws-cn":t.startsWith("us-gov-")?"aws-us-gov":/^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(t)?"aws":void 0}var x={deploy:"AWS_DEPLOY_ROLE",read:"AWS_READ_ROLE"};function C({account:t,region:e}){return t===void 0||b(e)===void 0}var L="roles.yml",j={name:"aws",args:["iam","list-open-id-connect-providers","--query","OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn","--output","text"]},V=t=>({name:"gh",args:["api",`repos/${t}`,"--jq",'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end']});function st(t){const e=t.repository??"OWNER/NAME";return[it(t,e),...C(t)?at(t,e):[],...t.environment===void 0?[]:ct(t,t.environment,e),ut(t,e)]}function it(t,e){const{prefix:n,region:o,environment:s,branch:i}=t,d={name:"aws",args:["cloudformation","deploy","--region",o,"--stack-name",rt(t),"--template-file",L,"--capabilities","CAPABILITY_NAMED_IAM","--no-fail-on-empty-changeset","--parameter-overrides",`Repository=${e}`,`Prefix=${n}`,`Environment=${s??""}`,`DriftBranch=${i}`,"PlanOnPullRequests=true",{before:"RepositoryIds=",output:V(e)},{before:"OidcProviderArn=",output:j}]};return{purpose:"Create the IAM roles that GitHub Actions will use",text:`curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml
${H(d)}`,programs:[d]}}var rt=({prefix:t})=>`${t.slice(1).replace(/[^A-Za-z0-9]+/g,"-")}-roles`;function at(t,e){const n=i=>({name:"aws",args:["iam","get-role","--role-name",M(t,i),"--query","Role.Arn","--output","text"]}),o=i=>({name:"gh",args:["variable","set",x[i],"--repo",e,"--body",{before:"",output:n(i)}]}),s=[o("deploy"),o("read")];return[{purpose:"Tell the workflows the ARNs of the roles",text:s.map(H).join(`
`),programs:s}]}function ct({branch:t},e,n){const o=`repos/${n}/environments/${encodeURIComponent(e)}`,i=[{name:"gh",args:["api","-X","PUT",o,"--input","-"],input:{text:'{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}'}},{name:"gh",args:["api","-X","POST",`${o}/deployment-branch-policies`,"-f",`name=${t}`]}];return[{purpose:`Create the environment ${e} and limit it to the branch ${t}`,text:i.map(H).join(`
`),programs:i}]}function ut({envFile:t=".env"},e){const n={name:"gh",args:["secret","set","DOTENV","--repo",e],input:{file:t}};return{purpose:"Store the .env, with the values of production, as a GitHub secret",text:H(n),programs:[n]}}function H({name:t,args:e,input:n}){const o=e.map(i=>typeof i=="string"?z(i):`${i.before}"$(${H(i.output)})"`),s=n===void 0?"":"file"in n?` < ${z(n.file)}`:` <<< ${z(n.text)}`;return`${[t,...o].join(" ")}${s}`}function z(t){return/^[A-Za-z0-9_@%+=:,./-]+$/.test(t)?t:`'${t.replaceAll("'","'\\''")}'`}var F={checkout:"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",credentials:"aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",buildx:"docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",build:"docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0",deploy:"aws-actions/amazon-ecs-deploy-task-definition@c465972ecbd160473f22e683363b422a5412a3de # v2.6.3"},J="papyrus/aws-bootstrap@v1 # zizmor: ignore[unpinned-uses]",dt="https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/schema/aws-bootstrap.schema.json";function ft(t){return[{path:".github/aws-bootstrap.yml",text:lt(t)},{path:".github/workflows/deploy.yml",text:ht(t)},{path:".github/workflows/plan.yml",text:gt(t)},{path:".github/workflows/drift.yml",text:wt(t)}]}function k(t){return/^[A-Za-z/][A-Za-z0-9_./-]*$/.test(t)&&!/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(t)?t:JSON.stringify(t)}function lt(t){const{prefix:e,logRetentionDays:n,account:o,undecided:s}=t,i=s.length===0?"":`# Variables that are neither evidently plain nor certainly secret. They are stored encrypted.
# Move those that are not secret to a rule with "to: parameter".
rules:
  - match: [${s.map(k).join(", ")}]
    to: secure-parameter
`;return`# yaml-language-server: $schema=${dt}
prefix: ${k(e)}
# Logs that are older are deleted.
log-retention-days: ${n}
${o===void 0?"":`# The run refuses every other account.
allowed-account-ids: ["${o}"]
`}tags:
  project: ${k($(t))}
${i}`}function _t(t,e){return C(t)?`\${{ vars.${x[e]} }}`:`arn:${b(t.region)}:iam::${t.account}:role/${M(t,e)}`}function X(){return`      - uses: ${F.checkout}
        with:
          persist-credentials: false
`}function Z(t,e){return`      - uses: ${F.credentials}
        with:
          role-to-assume: ${_t(t,e)}
          aws-region: ${t.region}
`}var Q=({prefix:t})=>`aws-bootstrap${t.replaceAll("/","-")}`;function ht(t){const{branch:e,environment:n,dockerfile:o}=t;return`# Applies the configuration on every push to ${e}.
name: deploy
on:
  push:
    branches: [${k(e)}]
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${Q(t)}
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
${X()}${o===void 0?"":mt(o)}${Z(t,"deploy")}      - uses: ${J}
        id: base
        with:
          dotenv: \${{ secrets.DOTENV }}
${o===void 0?"":pt}${vt(t)}${Et(t)}`}var pt=`          image: oci-archive:\${{ runner.temp }}/image.tar
          image-tags: |
            \${{ github.sha }}
            latest
          lifecycle-policy: keep-last:20
`;function mt(t){const e=t.includes("/")?t.slice(0,t.lastIndexOf("/")):".";return`      - uses: ${F.buildx}
      - uses: ${F.build}
        with:
          context: ${k(e)}
          file: ${k(t)}
          platforms: linux/amd64
          outputs: type=oci,dest=\${{ runner.temp }}/image.tar
`}function vt({taskDefinition:t}){if(t===void 0)return"";const{path:e,container:n}=t;return`          task-definition: ${k(e)}
${n===void 0?"":`          container-name: ${k(n)}
`}`}function Et({taskDefinition:t}){const e=t?.service;return e===void 0?"":`      - uses: ${F.deploy}
        with:
          task-definition: \${{ steps.base.outputs.task-definition }}
          cluster: ${k(e.cluster)}
          service: ${k(e.name)}
          wait-for-service-stability: true
`}function gt(t){return`# Comments on pull requests with what a merge would change. Reads only.
name: plan
on: pull_request
permissions: {}
concurrency:
  group: ${Q(t)}-plan-\${{ github.event.pull_request.number }}
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
${X()}${Z(t,"read")}      - uses: ${J}
        with:
          mode: plan
          dotenv: \${{ secrets.DOTENV }}
`}function wt(t){return`# Opens an issue when the account differs from the configuration. Reads only.
# GitHub turns off a workflow with a schedule after 60 days without activity, so it has a file of its own.
name: drift
on:
  schedule:
    - cron: "17 5 * * *"
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${Q(t)}-drift
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
${X()}${Z(t,"read")}      - uses: ${J}
        with:
          mode: drift
          dotenv: \${{ secrets.DOTENV }}
          drift-issue: true
`}var $t=15*6e4;async function yt(t,e){const{terminal:n,isYes:o}=e;for(const{purpose:s,text:i,programs:c}of t){n.print((0,_.I4)("bold",s));for(const d of i.split(`
`))n.printCommand(`  ${d}`);if(!o){const d=await n.ask("Run this? [y/N] ");if(d===void 0)return u.dc.failed;if(!/^y(?:es)?$/i.test(d)){n.print("Skipped.");continue}}for(const d of c){const g=await Ot(d,e);if(g!==void 0)return n.say((0,_.I4)("red","error"),`: ${g}`),u.dc.failed}n.print((0,_.I4)("green","Done."))}return u.dc.ok}async function Ot(t,{root:e,terminal:n}){const o=[];for(const g of t.args)if(typeof g=="string")o.push(g===L?Mt():g);else{const{code:v,output:R,errors:U}=await(0,l.m)(g.output.name,At(g.output),{folder:e});if(v!==0)return et(g.output.name,v,U);o.push(`${g.before}${R.trim()}`)}const{input:s}=t,i=s===void 0?void 0:"file"in s?(0,p.qC)((0,f.join)(e,s.file)):s.text;if(s!==void 0&&i===void 0)return"the .env cannot be read; name it with --env-file";n.waitFor(`${t.name} ${o[0]??""} ${o[1]??""}\u2026`);const{code:c,errors:d}=await(0,l.m)(t.name,o,{folder:e,timeoutMs:$t,...i===void 0?{}:{input:i}});return n.progress(void 0),c===0?void 0:et(t.name,c,d)}var At=({args:t})=>t.filter(e=>typeof e=="string");function et(t,e,n){if(e===127)return`${t} is not installed, or not on the PATH`;const o=n.trim().split(`
`).at(-1)??"";return`${t} ended with ${e}${o===""?"":`: ${o}`}`}function Mt(){const t=(0,f.join)((0,p.wE)(),L);return(0,p.x3)(t,(0,p.yg)(process.argv[1]??"",`dist/${L}`)),t}var nt=2e3;function Dt(t,e){const[n,o]=[ot(t),ot(e)];if(n.length>nt||o.length>nt)return[...n.map(v=>({sign:"-",text:v})),...o.map(v=>({sign:"+",text:v}))];const s=bt(n,o),i=[];let[c,d]=[0,0];const g=(v,R)=>s[v]?.[R]??0;for(;c<n.length||d<o.length;){const[v,R]=[n[c],o[d]];v!==void 0&&v===R?(i.push({sign:" ",text:v}),c+=1,d+=1):v!==void 0&&(R===void 0||g(c+1,d)>=g(c,d+1))?(i.push({sign:"-",text:v}),c+=1):(i.push({sign:"+",text:R??""}),d+=1)}return i}function Pt(t,e=2){const n=t.map((o,s)=>t.slice(Math.max(0,s-e),s+e+1).some(({sign:i})=>i!==" "));return t.flatMap((o,s)=>n[s]?o:n[s-1]?{sign:" ",text:"\u2026"}:[])}function ot(t){const e=t.split(`
`);return e.at(-1)===""&&e.pop(),e}function bt(t,e){const n=Array.from({length:t.length+1},()=>new Array(e.length+1).fill(0));for(let o=t.length-1;o>=0;o--)for(let s=e.length-1;s>=0;s--){const[i,c]=[n[o],n[o+1]];i===void 0||c===void 0||(i[s]=t[o]===e[s]?(c[s+1]??0)+1:Math.max(c[s]??0,i[s+1]??0))}return n}async function It(t,e){const[n=".",...o]=t.positionals;if(o.length>0)throw new u.eb("init takes one folder");const s=t.switched("run")===!0,i=t.switched("yes")===!0;if(s&&!i&&!e.isInteractive)throw new u.eb("--run asks before each command, and nobody can answer here. Add --yes to run them all");const c=(0,f.resolve)(n),d=await(0,E.t5)(c),g=new Tt(t,e,!i&&e.isInteractive),v=await Ct(c,d,g,e),R=t.switched("json")===!0,U=(...N)=>R?e.say(...N):e.print(...N),Y=[...ft(v),...await Lt(c,v,d)],{kept:G}=xt(c,Y,{isForced:t.switched("force")===!0,print:U});await Wt(c,v,e);const tt=st(v);return R?e.printJson({setup:v,files:Y.map(({path:N})=>N),kept:G,commands:tt.map(({text:N})=>N)}):s||Ut(tt,v,d,e),G.length>0&&e.say(`Kept ${G.join(", ")}. Run init again with --force to replace what is there.`),s?yt(tt,{root:c,isYes:i,terminal:e}):u.dc.ok}var Tt=class{#e;#t;asks;constructor(t,e,n){this.#e=t,this.#t=e,this.asks=n}async text(t,e,n,o=()=>{}){const s=this.#e.get(t)?.trim();if(s!==void 0){const i=o(s);if(i!==void 0)throw new u.eb(`--${t}: ${i}`);return s}for(;this.asks;){const i=await this.#t.ask(`${e} [${n}]: `);if(i===void 0)throw new u.eb("init ended before all questions were answered");const c=i===""?n:i,d=o(c);if(d===void 0)return c;this.#t.say(d)}return n}async choice(t,e,n){const o=this.#e.switched(t);if(o!==void 0||!this.asks)return o??n;const s=await this.#t.ask(`${e} [${n?"Y/n":"y/N"}] `);if(s===void 0)throw new u.eb("init ended before all questions were answered");return s===""?n:/^y(?:es)?$/i.test(s)}},B=(t,e)=>n=>t.test(n)?void 0:e;async function Ct(t,e,n,o){const s=await n.text("prefix","Prefix, /APPLICATION/ENVIRONMENT",`/${e.application}/prd`,G=>(0,h.$A)(G)),i=await n.text("region","AWS region",u.M0.AWS_REGION||u.M0.AWS_DEFAULT_REGION||"us-west-2",B(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/,"this is not a region; write it like us-west-2")),c=await n.text("account-id","AWS account id, or none to keep the roles in GitHub variables",n.asks?await Rt()??"none":"none",B(/^(?:\d{12}|none)$/,"an account id has 12 digits")),d=await n.text("github-repository","Repository on GitHub, OWNER/NAME",e.repository??"none",B(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/,"write it like OWNER/NAME")),g=await n.text("branch","Branch whose pushes deploy",e.branch??"main",B(/^[A-Za-z0-9._/-]+$/,"this is not the name of a branch")),v=await n.text("environment","GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)","production",B(/^[A-Za-z0-9._-]+$/,"use letters, digits, dots, hyphens and underscores")),R=await n.text("log-retention-days","Days that logs are kept, or never (older logs are deleted)","30",B(/^(?:never|[1-9]\d*)$/,"it takes a number of days, or never")),U=await q(n,"env-file","The .env with the variables",e.envFiles),Y=await q(n,"dockerfile","Dockerfile that the workflow builds",e.dockerfiles);return{prefix:s,region:i,repository:K(d),branch:g,environment:K(v),account:K(c),logRetentionDays:R,envFile:U,undecided:U===void 0?[]:kt(t,U,o),dockerfile:Y,taskDefinition:await St(e,n)}}async function Rt(){const t=["sts","get-caller-identity","--query","Account","--output","text"],{output:e}=await(0,l.m)("aws",t,{timeoutMs:5e3});return/^\d{12}$/.test(e.trim())?e.trim():void 0}var K=t=>t==="none"?void 0:t;async function q(t,e,n,o){const[s="none",...i]=o,c=i.length===0?"":` (also found: ${i.join(", ")})`;return K(await t.text(e,`${n}, or none${c}`,s))}async function St({taskDefinitions:t},e){const n=t.map(({path:g})=>g),o=await q(e,"task-definition","ECS task definition to complete",n);if(o===void 0)return;const{containers:s=[]}=t.find(g=>g.path===o)??{},i=s.length>1?await e.text("container-name",`Container that is completed: ${s.join(", ")}`,s[0]??""):void 0,c=K(await e.text("ecs-cluster","ECS cluster to deploy to, or none","none")),d=c===void 0?void 0:K(await e.text("ecs-service","ECS service, or none","none"));return{path:o,container:i,service:c===void 0||d===void 0?void 0:{cluster:c,name:d}}}function kt(t,e,n){const{undecided:o,notes:s}=(0,E.SF)(t,e);for(const i of s.errors)n.say((0,_.I4)("yellow","warning"),`: ${(0,P.gA)(i)}`);return o}async function Lt(t,{envFile:e=".env"},{isGit:n}){const o=(0,f.join)(t,".gitignore"),s=(0,p.qC)(o);if(n?(await(0,l.m)("git",["check-ignore","--quiet","--no-index",e],{folder:t})).code===0:(s??"").split(/\r?\n/).some(d=>d.trim()===".env"))return[];const c=s===void 0||s===""||s.endsWith(`
`)?"":`
`;return[{path:".gitignore",text:`${s??""}${c}${e.split("/").at(-1)}
`}]}async function Wt(t,{envFile:e},n){if(e===void 0)return;const{code:o}=await(0,l.m)("git",["ls-files","--error-unmatch",e],{folder:t});o===0&&n.say((0,_.I4)("yellow","warning"),`: git tracks ${e}, so everybody who reads the repository has its values. Take it out with git rm --cached ${e}, and rotate its secrets`)}function xt(t,e,{isForced:n,print:o}){const s=[];for(const{path:i,text:c}of e){const d=(0,p.qC)((0,f.join)(t,i));if(d===c){o((0,_.I4)("dim",`= ${i}`));continue}const v=d===void 0||n||i===".gitignore"&&d!==void 0;o(v?(0,_.I4)("green",d===void 0?"+":"~"):(0,_.I4)("yellow","!"),` ${i}`,...v?[]:[" exists and was not changed. It differs:"]),d!==void 0&&jt(d,c,o),v?(0,p.x3)((0,f.join)(t,i),c):s.push(i)}return{kept:s}}function jt(t,e,n){for(const{sign:o,text:s}of Pt(Dt(t,e))){const i=`    ${o} ${s}`;n(o==="+"?(0,_.I4)("green",i):o==="-"?(0,_.I4)("red",i):i)}}function Ut(t,e,{isGit:n},o){const s=c=>{o.print(""),o.print((0,_.I4)("bold",c))};o.print(""),o.print("Next steps, from a terminal that is signed in to AWS and GitHub:");for(const[c,{purpose:d,text:g}]of t.entries()){s(`${c+1}. ${d}`);for(const v of g.split(`
`))o.printCommand(`   ${v}`)}s(`${t.length+1}. Commit and push the files`);const i=".github .gitignore";for(const c of[...n?[]:["git init --initial-branch main"],`git add ${i}`,'git commit -m "Set up aws-bootstrap"',`git push origin HEAD:${e.branch}`])o.printCommand(`   ${c}`);e.repository===void 0&&(o.print(""),o.print("Replace OWNER/NAME with your repository on GitHub."))}})};
