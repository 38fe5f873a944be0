/**
 * Tokens in the form of their issuer, which documents it so that scanners know them. Each form is compiled only for a
 * value with one of its marks: to compile all of them takes longer than the whole routing.
 */

/** Marks with white space between, of which a token has at least one, and the pattern of the token. */
const FORMS: ReadonlyArray<readonly [marks: string, form: string]> = [
  ['ghp_ gho_ ghu_ ghs_ ghr_', 'gh[pousr]_[A-Za-z0-9]{20,}'],
  ['github_pat_', 'github_pat_\\w{20,}'],
  [
    'glpat- gldt- glft- glrt- glcbt- glptt- glsoat- glimt- glagent- gloas- glwt- glffct-',
    'gl(?:pat|dt|ft|rt|cbt|ptt|soat|imt|agent|oas|wt|ffct)-[\\w-]{16,}',
  ],
  ['AKIA ASIA ABIA ACCA', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}'],
  ['xox', 'xox[abceoprs]-[\\w-]{10,}|xoxe\\.xox[bp]-[\\w-]{10,}'],
  ['xapp-', 'xapp-\\d-[\\w-]{10,}'],
  ['sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', '(?:sk|rk)_(?:live|test|prod)_\\w{10,}'],
  ['whsec_', 'whsec_[\\w+/=]{16,}'],
  ['sk-', 'sk-(?:ant-|proj-|svcacct-|admin-|or-|lf-)?[\\w-]{20,}'],
  ['sess-', 'sess-[A-Za-z0-9]{40}'],
  ['SG.', 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}'],
  ['xkeysib- xsmtpsib-', '(?:xkeysib|xsmtpsib)-[a-f0-9]{20,}[\\w-]*'],
  ['key-', 'key-[0-9a-zA-Z]{32}'],
  ['re_', 're_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}'],
  ['AIza', 'AIza[\\w-]{30,}'],
  ['ya29.', 'ya29\\.[\\w-]{20,}'],
  ['GOCSPX-', 'GOCSPX-[\\w-]{20,}'],
  ['1//0', '1//0[\\w-]{30,}'],
  ['npm_', 'npm_[A-Za-z0-9]{30,}'],
  ['pypi-', 'pypi-[\\w-]{16,}'],
  ['rubygems_', 'rubygems_[a-f0-9]{40,}'],
  ['dckr_pat_ dckr_oat_', 'dckr_(?:pat|oat)_[\\w-]{20,}'],
  ['CLOJARS_', 'CLOJARS_[a-z0-9]{50,}'],
  ['oy2', 'oy2[a-z0-9]{43}'],
  ['hf_', 'hf_[A-Za-z0-9]{20,}'],
  ['api_org_', 'api_org_[A-Za-z]{20,}'],
  ['gsk_', 'gsk_[A-Za-z0-9]{20,}'],
  ['r8_', 'r8_[A-Za-z0-9]{30,}'],
  ['pplx-', 'pplx-[A-Za-z0-9]{30,}'],
  ['xai-', 'xai-[A-Za-z0-9]{30,}'],
  ['doo_v1_ dop_v1_ dor_v1_', 'do[opr]_v1_[a-f0-9]{32,}'],
  ['hvs. hvb.', 'hv[bs]\\.[\\w-]{20,}'],
  ['.atlasv1.', '[\\w-]{14}\\.atlasv1\\.[\\w=-]{30,}'],
  ['dp.', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{20,}'],
  ['shpat_ shpca_ shppa_ shpss_', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}'],
  ['sq0atp- sq0csp-', 'sq0(?:atp|csp)-[\\w-]{20,}'],
  ['EAA', 'EAAA[\\w-]{40,}|EAA[A-Z][A-Za-z0-9]{80,}'],
  ['access_token$', 'access_token\\$(?:production|sandbox)\\$\\w{16}\\$[0-9a-f]{32}'],
  ['FLWSECK', 'FLWSECK(?:_TEST)?-[\\w-]{20,}'],
  ['PMAK-', 'PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}'],
  ['ATATT3 ATCTT3', 'AT[AC]TT3[\\w=-]{20,}'],
  ['ATBB', 'ATBB[A-Za-z0-9]{20,}'],
  ['ntn_', 'ntn_[A-Za-z0-9]{20,}'],
  ['secret_', 'secret_[A-Za-z0-9]{40,}'],
  ['lin_', 'lin_(?:api|oauth)_[A-Za-z0-9]{30,}|lin_[a-z]{20,}'],
  ['figd_ figu_', 'fig[du]_[\\w-]{30,}'],
  ['pat', 'pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}'],
  ['dapi', 'dapi[a-f0-9]{32}(?:-\\d)?'],
  ['NRAK-', 'NRAK-[A-Z0-9]{20,}'],
  ['NRJS- NRII- NRAA- NRRA- NRIQ- NRSP-', 'NR(?:JS|II|AA|RA|IQ|SP)-[A-Za-z0-9-]{15,}'],
  ['glsa_', 'glsa_[A-Za-z0-9]{20,}_[a-f0-9]{8}'],
  ['glc_', 'glc_[A-Za-z0-9+/=]{20,}'],
  ['sntrys_ sntryu_', 'sntry[su]_[\\w+/=.-]{20,}'],
  ['dt0c01.', 'dt0c01\\.[A-Z0-9]{20,}\\.[A-Z0-9]{40,}'],
  ['sbp_', 'sbp_[a-f0-9]{40}'],
  ['sb_secret_', 'sb_secret_[\\w-]{20,}'],
  ['pscale_', 'pscale_(?:tkn|pw|oauth)_[\\w=.-]{20,}'],
  ['tskey-', 'tskey-[\\w-]{16,}'],
  ['fo1_', 'fo1_[\\w-]{30,}'],
  ['FlyV1', 'FlyV1 \\S{20,}'],
  ['rnd_', 'rnd_[A-Za-z0-9]{20,}'],
  ['phx_', 'phx_[A-Za-z0-9]{30,}'],
  ['tfp_', 'tfp_[\\w-]{30,}'],
  ['pul-', 'pul-[a-f0-9]{40}'],
  ['ops_', 'ops_[\\w+/=-]{40,}'],
  ['A3-', 'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'],
  ['sk.eyJ', 'sk\\.eyJ[\\w.-]{40,}'],
  ['SK', 'SK[0-9a-f]{32}'],
  ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-1[A-Z0-9]{50,}'],
  ['EZAK EZTK', 'EZ[AT]K[A-Za-z0-9]{50,}'],
  ['shippo_', 'shippo_(?:live|test)_[a-f0-9]{40}'],
  ['duffel_', 'duffel_(?:live|test)_[\\w=-]{40,}'],
  ['amzn.mws.', 'amzn\\.mws\\.[0-9a-f-]{36}'],
  ['HRKU-', 'HRKU-[\\w-]{30,}'],
  ['vcp_ vcr_ vck_ vca_', 'vc[prka]_[A-Za-z0-9]{20,}'],
  // A bot of Telegram, and one of Discord: the characters between their parts identify them.
  [':', '\\d{8,10}:[A-Za-z0-9_-]{35}'],
  ['.', '[MNO][A-Za-z\\d_-]{23,28}\\.[\\w-]{6,7}\\.[\\w-]{27,}'],
];

/** A form that is looked for once one of its marks was found. */
interface TokenForm {
  readonly marks: readonly string[];
  readonly form: string;
  pattern?: RegExp;
}

const TOKEN_FORMS: readonly TokenForm[] = FORMS.map(([marks, form]) => ({ marks: marks.split(' '), form }));

/** Every token has so many characters without a break; most values have not. */
const UNBROKEN = /[\w-]{12}|[\w-]{6}[.:$/][\w-]{6}/;

/** @returns whether the text contains a token in an issuer's form, alone or between characters that no token has */
export function isIssuedToken(text: string): boolean {
  if (!/[0-9A-Z]/.test(text) || !UNBROKEN.test(text)) return false;
  return TOKEN_FORMS.some((token) => {
    if (!token.marks.some((mark) => text.includes(mark))) return false;
    token.pattern ??= new RegExp(`(?:^|[\\s"'=,;:/])(?:${token.form})(?:$|[\\s"',;&])`);
    return token.pattern.test(text);
  });
}
