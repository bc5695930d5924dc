-- Token buckets, each by the hash of whom it is for: when it will be full again says how many tokens it holds.
CREATE TABLE rate_limits (
  bucket varchar PRIMARY KEY NOT NULL,
  full_at datetime NOT NULL
);
CREATE INDEX rate_limits_full_at ON rate_limits (full_at);
