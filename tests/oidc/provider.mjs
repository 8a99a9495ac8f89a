// A certified OpenID Connect server with a tiny configuration, for tests only.
// node provider.mjs '{"issuer": …, "port": …, "clients": […], "people": "<file>", …}'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';

const wanted = JSON.parse(process.argv[2]);
if (wanted.clockSeconds) {
  const real = Date.now;
  Date.now = () => real() + wanted.clockSeconds * 1000;
}
const { Provider } = await import('oidc-provider');

// New keys at each start: starting again is a rotation.
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: `k${process.pid}` };

const scopes = ['openid', 'email', 'profile', 'given_name', 'usual_name', 'siret'];
const provider = new Provider(wanted.issuer, {
  clients: wanted.clients,
  jwks: { keys: [key] },
  scopes,
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'given_name', 'family_name'],
    given_name: ['given_name'],
    usual_name: ['usual_name'],
    siret: ['siret'],
    acr: null,
    iss: null,
  },
  acrValues: ['eidas1', 'eidas2'],
  conformIdTokenClaims: wanted.claimsInUserinfoOnly ?? true,
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => wanted.pkce ?? true },
  ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Interaction: 7200, Session: 7200, Grant: 7200 },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = form; },
    },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, ...(JSON.parse(readFileSync(wanted.people, 'utf8'))[sub] ?? {}) }),
  }),
});
provider.proxy = true;

// The person at the provider: ?login=<subject> signs in and consents, ?cancel gives up.
const answer = provider.callback();
async function interaction(request, response, query) {
  const { params } = await provider.interactionDetails(request, response);
  if (query.has('cancel')) {
    const result = { error: 'access_denied', error_description: 'gave up' };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: query.get('login'), clientId: params.client_id });
  grant.addOIDCScope(scopes.join(' '));
  const result = {
    login: { accountId: query.get('login'), acr: query.get('acr') ?? undefined },
    consent: { grantId: await grant.save() },
  };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

createServer((request, response) => {
  const url = new URL(request.url, wanted.issuer);
  if (url.pathname.startsWith('/interaction/')) {
    interaction(request, response, url.searchParams).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
    return;
  }
  answer(request, response);
}).listen(wanted.port, '127.0.0.1', () => console.log('ready'));
