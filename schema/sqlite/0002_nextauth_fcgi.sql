-- What NextAuth.js v3 keeps in cookies or in memory, or does not have.

-- Sign-ins under way, each found once by the hash of its state.
CREATE TABLE oauth_states (
  key_hash varchar PRIMARY KEY NOT NULL,
  provider_id varchar NOT NULL,
  browser varchar NOT NULL,
  code_verifier varchar NOT NULL,
  nonce varchar NOT NULL,
  request_token_secret varchar NOT NULL,
  callback_url varchar NOT NULL,
  expires datetime NOT NULL
);

-- Providers' discovery documents and key sets.
CREATE TABLE jwks_cache (
  url varchar PRIMARY KEY NOT NULL,
  body text NOT NULL,
  fetched datetime NOT NULL,
  expires datetime NOT NULL
);

-- For the deletion of expired rows.
CREATE INDEX oauth_states_expires ON oauth_states (expires);
CREATE INDEX IF NOT EXISTS sessions_expires ON sessions (expires);
CREATE INDEX IF NOT EXISTS verification_requests_expires ON verification_requests (expires);
