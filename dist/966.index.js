"use strict";exports.id=966,exports.ids=[966],exports.modules={7174:(function(Y,P,a){a.d(P,{C:()=>m});var m=["AWS::SSM::Parameter","AWS::SecretsManager::Secret"]}),1265:(function(Y,P,a){a.d(P,{CS:()=>v,Q8:()=>j,qC:()=>L,wE:()=>N,x3:()=>k,yg:()=>S});var m=a(5395),_=a(4937),h=a(3024),p=a(8161),A=a(6760),T=1024*1024;function S(l,y){const M=(0,A.join)((0,A.dirname)((0,h.realpathSync)(l)),"..",y);return(0,m.VX)(M,(0,A.basename)(M),T).toString("utf8")}function j(l){try{return(0,m.VX)((0,A.resolve)(l),l,T).toString("utf8")}catch(y){throw y instanceof _.n6?y:new _.n6(`there is no file ${l} that can be read`)}}function N(){return(0,h.mkdtempSync)((0,A.join)((0,p.tmpdir)(),"aws-bootstrap-"))}function L(l){try{return(0,m.VX)(l,l,T).toString("utf8")}catch{return}}function k(l,y){(0,h.mkdirSync)((0,A.dirname)(l),{recursive:!0}),(0,h.writeFileSync)(l,y)}var F=new Set(["node_modules","vendor","dist","build","target","venv","__pycache__"]),f=2e4;function v(l,y){const M=[];let Z=[""],K=0;for(let z=0;z<=y&&Z.length>0;z++){const J=[];for(const H of Z)for(const D of $((0,A.join)(l,H))){if(++K>f)return M;const Q=H===""?D.name:`${H}/${D.name}`;D.isFile()?M.push(Q):D.isDirectory()&&w(D.name)&&J.push(Q)}Z=J.sort()}return M}function w(l){return!F.has(l)&&(!l.startsWith(".")||l===".github"||l===".aws")}function $(l){try{return(0,h.readdirSync)(l,{withFileTypes:!0}).sort((y,M)=>y.name<M.name?-1:1)}catch{return[]}}}),2412:(function(Y,P,a){a.d(P,{SO:()=>N,bs:()=>k,gA:()=>L});var m=a(7398),_=a(4283),h=a(7152),p=a(4413),A=a(3238),T=a(4390),S=a(3921),j=100;function N(f,v){if(f instanceof m.eb)return v.say((0,_.I4)("red","error"),`: ${f.message}`),m.dc.input;if(f instanceof S.qv){for(const $ of f.faults.slice(0,j))v.say((0,_.I4)("red","error"),`: ${L($)}`);const w=f.faults.length-j;return w>0&&v.say(`\u2026 and ${w} more`),v.say("Nothing was written."),m.dc.input}return v.say((0,_.I4)("red","error"),`: ${k(f)}`),(0,h.A)(f)==="input"?m.dc.input:m.dc.failed}function L(f){const v=/^input (\S+)$/.exec(f.where)?.[1],w=T.m.some($=>$===v);return(0,S.q0)(w?{...f,where:`--${v}`}:f)}function k(f){return f instanceof A.Gy&&f.reason==="credentials"?`${f.message}. ${F(f)}`:(0,p.k)(f)}function F(f){const v=m.M0.AWS_PROFILE,w=v===void 0||v===""?"":` --profile ${v}`,$=f.cause instanceof Error?f.cause.message:"";return/\bSSO\b|Session token not found|token (?:is|has) expired|Token is expired/i.test($)?`The SSO session has expired or was never started. Sign in: aws sso login${w}`:/multi-factor|\bMFA\b/i.test($)?`The profile asks for an MFA code. Export its credentials first: eval "$(aws configure export-credentials${w} --format env)"`:f.code==="ProfileNotFound"?"List the profiles of this machine: aws configure list-profiles":`Sign in: aws sso login${w}, or choose a profile with --profile NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`}}),8627:(function(Y,P,a){a.r(P),a.d(P,{run:()=>Xt});var m=a(2412),_=a(7398),h=a(4283),p=a(1265),A=a(7152),T=a(4396),S=a(9532),j=a(2655),N=a(4067),L=a(4413),k=a(2950),F=a(3238),f=a(9926),v=a(6459),w=a(5395),$=a(3921),l=a(7473),y=a(7268),M=a(6152),Z=a(4011),K=a(519),z=a(2177),J=a(86),H=a(5795),D=a(7652),Q=a(413),dn=a(761),fn=a(3852),ln=a(7496),hn=a(2660),E=a(6760),_t=a(1421);function rt({prefix:t}){return t.split("/")[1]??""}function it(t,n){return`${rt(t)}-${n}`}function at(t){return t.startsWith("cn-")?"aws-cn":t.startsWith("us-gov-")?"aws-us-gov":/^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(t)?"aws":void 0}var ct={deploy:"AWS_DEPLOY_ROLE",read:"AWS_READ_ROLE"};function ut({account:t,region:n}){return t===void 0||at(n)===void 0}var G="roles.yml",pt={name:"aws",args:["iam","list-open-id-connect-providers","--query","OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn","--output","text"]},vt=t=>({name:"gh",args:["api",`repos/${t}`,"--jq",'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end']});function mt(t){const n=t.repository??"OWNER/NAME";return[Et(t,n),...ut(t)?wt(t,n):[],...t.environment===void 0?[]:$t(t,t.environment,n),yt(t,n)]}function Et(t,n){const{prefix:e,region:o,environment:s,branch:r}=t,c={name:"aws",args:["cloudformation","deploy","--region",o,"--stack-name",gt(t),"--template-file",G,"--capabilities","CAPABILITY_NAMED_IAM","--no-fail-on-empty-changeset","--parameter-overrides",`Repository=${n}`,`Prefix=${e}`,`Environment=${s??""}`,`DriftBranch=${r}`,"PlanOnPullRequests=true",{before:"RepositoryIds=",output:vt(n)},{before:"OidcProviderArn=",output:pt}]};return{purpose:"Create the IAM roles that GitHub Actions will use",text:`curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml
${x(c)}`,programs:[c]}}var gt=({prefix:t})=>`${t.slice(1).replace(/[^A-Za-z0-9]+/g,"-")}-roles`;function wt(t,n){const e=r=>({name:"aws",args:["iam","get-role","--role-name",it(t,r),"--query","Role.Arn","--output","text"]}),o=r=>({name:"gh",args:["variable","set",ct[r],"--repo",n,"--body",{before:"",output:e(r)}]}),s=[o("deploy"),o("read")];return[{purpose:"Tell the workflows the ARNs of the roles",text:s.map(x).join(`
`),programs:s}]}function $t({branch:t},n,e){const o=`repos/${e}/environments/${encodeURIComponent(n)}`,r=[{name:"gh",args:["api","-X","PUT",o,"--input","-"],input:{text:'{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}'}},{name:"gh",args:["api","-X","POST",`${o}/deployment-branch-policies`,"-f",`name=${t}`]}];return[{purpose:`Create the environment ${n} and limit it to the branch ${t}`,text:r.map(x).join(`
`),programs:r}]}function yt({envFile:t=".env"},n){const e={name:"gh",args:["secret","set","DOTENV","--repo",n],input:{file:t}};return{purpose:"Store the .env, with the values of production, as a GitHub secret",text:x(e),programs:[e]}}function x({name:t,args:n,input:e}){const o=n.map(r=>typeof r=="string"?X(r):`${r.before}"$(${x(r.output)})"`),s=e===void 0?"":"file"in e?` < ${X(e.file)}`:` <<< ${X(e.text)}`;return`${[t,...o].join(" ")}${s}`}function X(t){return/^[A-Za-z0-9_@%+=:,./-]+$/.test(t)?t:`'${t.replaceAll("'","'\\''")}'`}var U={checkout:"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",credentials:"aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",buildx:"docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",build:"docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0",deploy:"aws-actions/amazon-ecs-deploy-task-definition@c465972ecbd160473f22e683363b422a5412a3de # v2.6.3"},q="papyrus/aws-bootstrap@v1 # zizmor: ignore[unpinned-uses]",Ot="https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/schema/aws-bootstrap.schema.json";function At(t){return[{path:".github/aws-bootstrap.yml",text:Mt(t)},{path:".github/workflows/deploy.yml",text:Dt(t)},{path:".github/workflows/plan.yml",text:bt(t)},{path:".github/workflows/drift.yml",text:Wt(t)}]}function O(t){return/^[A-Za-z/][A-Za-z0-9_./-]*$/.test(t)&&!/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(t)?t:JSON.stringify(t)}function Mt(t){const{prefix:n,logRetentionDays:e,account:o,undecided:s}=t,r=s.length===0?"":`# Variables that are neither evidently plain nor certainly secret. They are stored encrypted.
# Move those that are not secret to a rule with "to: parameter".
rules:
  - match: [${s.map(O).join(", ")}]
    to: secure-parameter
`;return`# yaml-language-server: $schema=${Ot}
prefix: ${O(n)}
# Logs that are older are deleted.
log-retention-days: ${e}
${o===void 0?"":`# The run refuses every other account.
allowed-account-ids: ["${o}"]
`}tags:
  project: ${O(rt(t))}
${r}`}function Pt(t,n){return ut(t)?`\${{ vars.${ct[n]} }}`:`arn:${at(t.region)}:iam::${t.account}:role/${it(t,n)}`}function tt(){return`      - uses: ${U.checkout}
        with:
          persist-credentials: false
`}function nt(t,n){return`      - uses: ${U.credentials}
        with:
          role-to-assume: ${Pt(t,n)}
          aws-region: ${t.region}
`}var et=({prefix:t})=>`aws-bootstrap${t.replaceAll("/","-")}`;function Dt(t){const{branch:n,environment:e,dockerfile:o}=t;return`# Applies the configuration on every push to ${n}.
name: deploy
on:
  push:
    branches: [${O(n)}]
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${et(t)}
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${e===void 0?"":`    environment: ${O(e)}
`}    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
    steps:
${tt()}${o===void 0?"":Tt(o)}${nt(t,"deploy")}      - uses: ${q}
        id: base
        with:
          dotenv: \${{ secrets.DOTENV }}
${o===void 0?"":It}${Rt(t)}${Ct(t)}`}var It=`          image: oci-archive:\${{ runner.temp }}/image.tar
          image-tags: |
            \${{ github.sha }}
            latest
          lifecycle-policy: keep-last:20
`;function Tt(t){const n=t.includes("/")?t.slice(0,t.lastIndexOf("/")):".";return`      - uses: ${U.buildx}
      - uses: ${U.build}
        with:
          context: ${O(n)}
          file: ${O(t)}
          platforms: linux/amd64
          outputs: type=oci,dest=\${{ runner.temp }}/image.tar
`}function Rt({taskDefinition:t}){if(t===void 0)return"";const{path:n,container:e}=t;return`          task-definition: ${O(n)}
${e===void 0?"":`          container-name: ${O(e)}
`}`}function Ct({taskDefinition:t}){const n=t?.service;return n===void 0?"":`      - uses: ${U.deploy}
        with:
          task-definition: \${{ steps.base.outputs.task-definition }}
          cluster: ${O(n.cluster)}
          service: ${O(n.name)}
          wait-for-service-stability: true
`}function bt(t){return`# Comments on pull requests with what a merge would change. Reads only.
name: plan
on: pull_request
permissions: {}
concurrency:
  group: ${et(t)}-plan-\${{ github.event.pull_request.number }}
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
${tt()}${nt(t,"read")}      - uses: ${q}
        with:
          mode: plan
          dotenv: \${{ secrets.DOTENV }}
`}function Wt(t){return`# Opens an issue when the account differs from the configuration. Reads only.
# GitHub turns off a workflow with a schedule after 60 days without activity, so it has a file of its own.
name: drift
on:
  schedule:
    - cron: "17 5 * * *"
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${et(t)}-drift
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
${tt()}${nt(t,"read")}      - uses: ${q}
        with:
          mode: drift
          dotenv: \${{ secrets.DOTENV }}
          drift-issue: true
`}var St=127,jt=3e4;function R(t,n,{folder:e,input:o,timeoutMs:s=jt}={}){return new Promise(r=>{const i=(0,_t.spawn)(t,n,{...e===void 0?{}:{cwd:e},stdio:"pipe",timeout:s,windowsHide:!0}),[c,d]=[[],[]];i.stdout.on("data",u=>c.push(u)),i.stderr.on("data",u=>d.push(u)),i.once("error",()=>r({code:St,output:"",errors:""})),i.once("close",u=>r({code:u??1,output:Buffer.concat(c).toString("utf8"),errors:Buffer.concat(d).toString("utf8")})),i.stdin.on("error",()=>{}),i.stdin.end(o)})}var Lt=3;async function kt(t){const n=(0,p.CS)(t,Lt),e=await Kt(t),o=s=>n.filter(r=>s.test(r));return{...e,application:Ut(t,e.repository),envFiles:[".env",".env.production",".env.prod"].flatMap(s=>n.filter(r=>(0,E.basename)(r)===s)),dockerfiles:o(/(?:^|\/)Dockerfile$/),taskDefinitions:o(/(?:^|\/)[\w.-]*task-?def(?:inition)?[\w.-]*\.json$/i).flatMap(s=>{const r=Nt((0,p.qC)((0,E.join)(t,s)));return r===void 0?[]:[{path:s,containers:r}]}),workflows:o(/^\.github\/workflows\/[^/]+\.ya?ml$/)}}async function Kt(t){const n=async(...i)=>{const{code:c,output:d}=await R("git",i,{folder:t});return c===0?d.trim():void 0},e=await n("rev-parse","--is-inside-work-tree")==="true";if(!e)return{isGit:e,repository:void 0,branch:void 0};const[o,s,r]=await Promise.all([n("remote","get-url","origin"),n("symbolic-ref","--short","refs/remotes/origin/HEAD"),n("symbolic-ref","--short","HEAD")]);return{isGit:e,repository:o===void 0?void 0:xt(o),branch:s?.replace(/^origin\//,"")??r}}function xt(t){const n=/^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git:\/\/|(?:[^@/]+@)?)(?:www\.|ssh\.)?github\.com(?::\d+)?[:/]([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/i.exec(t);return n===null?void 0:`${n[1]}/${n[2]}`}function Ut(t,n){const e=Bt((0,p.qC)((0,E.join)(t,"package.json"))),o=/^\s*name\s*=\s*["']([^"']+)["']/m.exec((0,p.qC)((0,E.join)(t,"pyproject.toml"))??"")?.[1];for(const s of[n?.split("/")[1],e,o,(0,E.basename)(t)]){const r=(s??"").toLowerCase().replace(/^@[^/]*\//,"").replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,40);if(/^[a-z]/.test(r))return r}return"app"}function Bt(t){const n=dt(t);return typeof n?.name=="string"?n.name:void 0}function Nt(t){const n=dt(t)?.containerDefinitions;if(Array.isArray(n))return n.flatMap(e=>typeof e=="object"&&e!==null&&"name"in e&&typeof e.name=="string"?[e.name]:[])}function dt(t){try{const n=JSON.parse(t??"");return typeof n=="object"&&n!==null?{...n}:void 0}catch{return}}function Ft(t,n){const e=new $.u3,o=(0,p.qC)((0,E.join)(t,n));if(o===void 0)return e.fault({where:n,text:"it cannot be read"}),{undecided:[],notes:e};const{variables:s}=(0,v.C)([{source:"env-file",content:o,where:n,file:n,inFile:!0}],c=>(0,K.OB)(c)!==void 0,()=>{},e),r={rules:[],prefer:"secrets-manager",parameterTier:"auto"};return{undecided:s.map(c=>(0,K.wE)(c,r,new $.u3,M.L)).filter(K.Ae).map(({variable:c})=>c.name),notes:e}}var Zt=15*6e4;async function Ht(t,n){const{terminal:e,isYes:o}=n;for(const{purpose:s,text:r,programs:i}of t){e.print((0,h.I4)("bold",s));for(const c of r.split(`
`))e.printCommand(`  ${c}`);if(!o){const c=await e.ask("Run this? [y/N] ");if(c===void 0)return _.dc.failed;if(!/^y(?:es)?$/i.test(c)){e.print("Skipped.");continue}}for(const c of i){const d=await Gt(c,n);if(d!==void 0)return e.say((0,h.I4)("red","error"),`: ${d}`),_.dc.failed}e.print((0,h.I4)("green","Done."))}return _.dc.ok}async function Gt(t,{root:n,terminal:e}){const o=[];for(const d of t.args)if(typeof d=="string")o.push(d===G?Yt():d);else{const{code:u,output:g,errors:I}=await R(d.output.name,Vt(d.output),{folder:n});if(u!==0)return ft(d.output.name,u,I);o.push(`${d.before}${g.trim()}`)}const{input:s}=t,r=s===void 0?void 0:"file"in s?(0,p.qC)((0,E.join)(n,s.file)):s.text;if(s!==void 0&&r===void 0)return"the .env cannot be read; name it with --env-file";e.waitFor(`${t.name} ${o[0]??""} ${o[1]??""}\u2026`);const{code:i,errors:c}=await R(t.name,o,{folder:n,timeoutMs:Zt,...r===void 0?{}:{input:r}});return e.progress(void 0),i===0?void 0:ft(t.name,i,c)}var Vt=({args:t})=>t.filter(n=>typeof n=="string");function ft(t,n,e){if(n===127)return`${t} is not installed, or not on the PATH`;const o=e.trim().split(`
`).at(-1)??"";return`${t} ended with ${n}${o===""?"":`: ${o}`}`}function Yt(){const t=(0,E.join)((0,p.wE)(),G);return(0,p.x3)(t,(0,p.yg)(process.argv[1]??"",`dist/${G}`)),t}var lt=2e3;function zt(t,n){const[e,o]=[ht(t),ht(n)];if(e.length>lt||o.length>lt)return[...e.map(u=>({sign:"-",text:u})),...o.map(u=>({sign:"+",text:u}))];const s=Qt(e,o),r=[];let[i,c]=[0,0];const d=(u,g)=>s[u]?.[g]??0;for(;i<e.length||c<o.length;){const[u,g]=[e[i],o[c]];u!==void 0&&u===g?(r.push({sign:" ",text:u}),i+=1,c+=1):u!==void 0&&(g===void 0||d(i+1,c)>=d(i,c+1))?(r.push({sign:"-",text:u}),i+=1):(r.push({sign:"+",text:g??""}),c+=1)}return r}function Jt(t,n=2){const e=t.map((o,s)=>t.slice(Math.max(0,s-n),s+n+1).some(({sign:r})=>r!==" "));return t.flatMap((o,s)=>e[s]?o:e[s-1]?{sign:" ",text:"\u2026"}:[])}function ht(t){const n=t.split(`
`);return n.at(-1)===""&&n.pop(),n}function Qt(t,n){const e=Array.from({length:t.length+1},()=>new Array(n.length+1).fill(0));for(let o=t.length-1;o>=0;o--)for(let s=n.length-1;s>=0;s--){const[r,i]=[e[o],e[o+1]];r===void 0||i===void 0||(r[s]=t[o]===n[s]?(i[s+1]??0)+1:Math.max(i[s]??0,r[s+1]??0))}return e}async function Xt(t,n){const[e=".",...o]=t.positionals;if(o.length>0)throw new _.eb("init takes one folder");const s=t.switched("run")===!0,r=t.switched("yes")===!0;if(s&&!r&&!n.isInteractive)throw new _.eb("--run asks before each command, and nobody can answer here. Add --yes to run them all");const i=(0,E.resolve)(e),c=await kt(i),d=new qt(t,n,!r&&n.isInteractive),u=await tn(i,c,d,n),g=t.switched("json")===!0,I=(...W)=>g?n.say(...W):n.print(...W),V=[...At(u),...await sn(i,u,c)],{kept:B}=an(i,V,{isForced:t.switched("force")===!0,print:I});await rn(i,u,n);const st=mt(u);return g?n.printJson({setup:u,files:V.map(({path:W})=>W),kept:B,commands:st.map(({text:W})=>W)}):s||un(st,u,c,n),B.length>0&&n.say(`Kept ${B.join(", ")}. Run init again with --force to replace what is there.`),s?Ht(st,{root:i,isYes:r,terminal:n}):_.dc.ok}var qt=class{#n;#t;asks;constructor(t,n,e){this.#n=t,this.#t=n,this.asks=e}async text(t,n,e,o=()=>{}){const s=this.#n.get(t)?.trim();if(s!==void 0){const r=o(s);if(r!==void 0)throw new _.eb(`--${t}: ${r}`);return s}for(;this.asks;){const r=await this.#t.ask(`${n} [${e}]: `);if(r===void 0)throw new _.eb("init ended before all questions were answered");const i=r===""?e:r,c=o(i);if(c===void 0)return i;this.#t.say(c)}return e}async choice(t,n,e){const o=this.#n.switched(t);if(o!==void 0||!this.asks)return o??e;const s=await this.#t.ask(`${n} [${e?"Y/n":"y/N"}] `);if(s===void 0)throw new _.eb("init ended before all questions were answered");return s===""?e:/^y(?:es)?$/i.test(s)}},C=(t,n)=>e=>t.test(e)?void 0:n;async function tn(t,n,e,o){const s=await e.text("prefix","Prefix, /APPLICATION/ENVIRONMENT",`/${n.application}/prd`,B=>(0,D.$A)(B)),r=await e.text("region","AWS region",_.M0.AWS_REGION||_.M0.AWS_DEFAULT_REGION||"us-west-2",C(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/,"this is not a region; write it like us-west-2")),i=await e.text("account-id","AWS account id, or none to keep the roles in GitHub variables",e.asks?await nn()??"none":"none",C(/^(?:\d{12}|none)$/,"an account id has 12 digits")),c=await e.text("github-repository","Repository on GitHub, OWNER/NAME",n.repository??"none",C(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/,"write it like OWNER/NAME")),d=await e.text("branch","Branch whose pushes deploy",n.branch??"main",C(/^[A-Za-z0-9._/-]+$/,"this is not the name of a branch")),u=await e.text("environment","GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)","production",C(/^[A-Za-z0-9._-]+$/,"use letters, digits, dots, hyphens and underscores")),g=await e.text("log-retention-days","Days that logs are kept, or never (older logs are deleted)","30",C(/^(?:never|[1-9]\d*)$/,"it takes a number of days, or never")),I=await ot(e,"env-file","The .env with the variables",n.envFiles),V=await ot(e,"dockerfile","Dockerfile that the workflow builds",n.dockerfiles);return{prefix:s,region:r,repository:b(c),branch:d,environment:b(u),account:b(i),logRetentionDays:g,envFile:I,undecided:I===void 0?[]:on(t,I,o),dockerfile:V,taskDefinition:await en(n,e)}}async function nn(){const t=["sts","get-caller-identity","--query","Account","--output","text"],{output:n}=await R("aws",t,{timeoutMs:5e3});return/^\d{12}$/.test(n.trim())?n.trim():void 0}var b=t=>t==="none"?void 0:t;async function ot(t,n,e,o){const[s="none",...r]=o,i=r.length===0?"":` (also found: ${r.join(", ")})`;return b(await t.text(n,`${e}, or none${i}`,s))}async function en({taskDefinitions:t},n){const e=t.map(({path:d})=>d),o=await ot(n,"task-definition","ECS task definition to complete",e);if(o===void 0)return;const{containers:s=[]}=t.find(d=>d.path===o)??{},r=s.length>1?await n.text("container-name",`Container that is completed: ${s.join(", ")}`,s[0]??""):void 0,i=b(await n.text("ecs-cluster","ECS cluster to deploy to, or none","none")),c=i===void 0?void 0:b(await n.text("ecs-service","ECS service, or none","none"));return{path:o,container:r,service:i===void 0||c===void 0?void 0:{cluster:i,name:c}}}function on(t,n,e){const{undecided:o,notes:s}=Ft(t,n);for(const r of s.faults)e.say((0,h.I4)("yellow","warning"),`: ${(0,m.gA)(r)}`);return o}async function sn(t,{envFile:n=".env"},{isGit:e}){const o=(0,E.join)(t,".gitignore"),s=(0,p.qC)(o);if(e?(await R("git",["check-ignore","--quiet","--no-index",n],{folder:t})).code===0:(s??"").split(/\r?\n/).some(c=>c.trim()===".env"))return[];const i=s===void 0||s===""||s.endsWith(`
`)?"":`
`;return[{path:".gitignore",text:`${s??""}${i}${n.split("/").at(-1)}
`}]}async function rn(t,{envFile:n},e){if(n===void 0)return;const{code:o}=await R("git",["ls-files","--error-unmatch",n],{folder:t});o===0&&e.say((0,h.I4)("yellow","warning"),`: git tracks ${n}, so everybody who reads the repository has its values. Take it out with git rm --cached ${n}, and rotate its secrets`)}function an(t,n,{isForced:e,print:o}){const s=[];for(const{path:r,text:i}of n){const c=(0,p.qC)((0,E.join)(t,r));if(c===i){o((0,h.I4)("dim",`= ${r}`));continue}const u=c===void 0||e||r===".gitignore"&&c!==void 0;o(u?(0,h.I4)("green",c===void 0?"+":"~"):(0,h.I4)("yellow","!"),` ${r}`,...u?[]:[" exists and was not changed. It differs:"]),c!==void 0&&cn(c,i,o),u?(0,p.x3)((0,E.join)(t,r),i):s.push(r)}return{kept:s}}function cn(t,n,e){for(const{sign:o,text:s}of Jt(zt(t,n))){const r=`    ${o} ${s}`;e(o==="+"?(0,h.I4)("green",r):o==="-"?(0,h.I4)("red",r):r)}}function un(t,n,{isGit:e},o){const s=i=>{o.print(""),o.print((0,h.I4)("bold",i))};o.print(""),o.print("Next steps, from a terminal that is signed in to AWS and GitHub:");for(const[i,{purpose:c,text:d}]of t.entries()){s(`${i+1}. ${c}`);for(const u of d.split(`
`))o.printCommand(`   ${u}`)}s(`${t.length+1}. Commit and push the files`);const r=".github .gitignore";for(const i of[...e?[]:["git init --initial-branch main"],`git add ${r}`,'git commit -m "Set up aws-bootstrap"',`git push origin HEAD:${n.branch}`])o.printCommand(`   ${i}`);n.repository===void 0&&(o.print(""),o.print("Replace OWNER/NAME with your repository on GitHub."))}})};
