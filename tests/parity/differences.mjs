// Where nextauth.fcgi answers otherwise than v3 on purpose, and why. Numbers are SPEC.md's sections.
const differences = {
  head: 'HEAD is GET without a body (1, 14); v3 answers 400.',
  parts: 'A route has two parts at most (1); v3 ignores further ones.',
  formPost: 'A provider\'s form comes without our SameSite=Lax cookies and fetches them by a redirect to itself (4); v3 gives up.',
  nonce: 'Where the id_token is used there are a nonce and PKCE, unless `protection` says otherwise (5, 13).',
  future: 'A JWT from the future stays with its browser: the clock has gone back, and it will be good again; v3 drops it.',
  orphan: 'A session whose user is gone is none; v3 fails and answers {} without clearing the cookie.',
  emptyAddress: 'An empty address is stored as none, so that a second person can have one; v3 lets nobody else in.',
  errorWins: 'A provider\'s error counts even where a code came with it (15); v3 redeems the code.',
  twice: 'A security parameter that comes twice is refused (15); v3 sends both on.',
  issuer: 'An iss parameter must be the provider\'s (5, RFC 9207); v3 does not look at it.',
  idToken: 'An id_token is verified (5, 13); v3 only decodes it.',
  accessToken: 'An answer without access token is an error (providers/README.md); v3 goes on with "undefined" for one.',
  noJson: 'The same for an answer that is neither JSON nor a form.',
  profileList: 'A profile is a JSON object (15); v3 takes the members of whatever came.',
  flow: 'A flow is a row, or an encrypted cookie without a database, and works once (2, 5, 13); v3 keeps the PKCE verifier in a cookie, and no state.',
  tokenSecret: 'The secret of an OAuth 1.0a request token stays here (13); v3 puts it into the authorization URL, and has lost it when it is needed.',
  emailField: 'The field of an address is one of type email, for phones\' keyboards (8); v3 takes a text.',
  sessionRow: 'The event signOut gets the session, not what else is in its row: the row\'s id and dates.',
  cookieDefaults: 'Where the configuration gives a cookie some options only, the others keep their defaults; in v3 it then has neither HttpOnly nor SameSite.',
  route: 'The path alone says what is asked for (1); in v3 action and providerId of the query come first.',
  accountId: 'A profile without id is refused before anybody is asked about it (15); v3 asks signIn first.',
  signinQuery: 'The page\'s forms carry the judged callback URL and our CSRF token (15); v3 lets the query replace anything in them, with some of which it never answers.',
  csrfParts: 'The CSRF cookie is TOKEN|HASH and nothing else (2); v3 ignores what follows.',
  answers: 'Where v3 never answers we do (14).',
  userinfo: 'A URL with a user in it does not count as this site\'s (15).',
  location: 'A Location is ASCII without spaces (14).',
  ownPage: 'A page\'s URL that has a query already gets "&"; v3 writes a second "?".',
  ownSignIn: 'The callback URL is encoded on its way to pages.signIn (14).',
  ownError: 'pages.error gets no error where there is none (14); v3 writes "undefined".',
  maxAge: 'maxAge of a cookie is seconds, always; v3 takes milliseconds and divides its own configuration by 1000 at every request.',
  errorPage: 'The error page says Configuration and drops the cookie; v3 redirects it to itself for ever.',
  badRequest: 'The sentence in an answer 400 is our own; v3\'s comes from Next.js.',
  stale: 'The page says that its form was too old (8); v3 shows it again without a word.',
  credentialsRows: 'Credentials work with database sessions too (5, 13); v3 answers Configuration.',
  capitals: 'Of an address only ASCII capitals are made small; v3 makes the Kelvin sign a k too, and so one address another.',
  address: 'An address is judged strictly (5, 15); v3 sends to what is left of it at "," or a second "@", or never answers.',
  sessionReplaced: 'Whoever signs in again by mail gets a new session in the old one\'s place; v3 leaves the old one behind.'
}

export function reason(name) {
  return differences[name]
}

export const names = Object.keys(differences)
