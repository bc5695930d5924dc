#pragma once
// Time, chance and keys that are the same in every run, so that a seed means the same tomorrow.
#include "../support/fakes.hpp"
#include "base/json.hpp"

namespace fuzz {

using FixedRandom = support::FakeRandom;
using FixedClock = support::FakeClock;

inline const base::Time now = base::parse_time("2026-11-23 16:00:00").value();

/// A private P-256 key that belongs to nobody.
inline const base::Json& key() {
  static const base::Json jwk = base::parse_json(R"({"kty":"EC","kid":"k1","crv":"P-256",
      "x":"1gjAKsZm-YVGp6ZQK0STAr8FOD9MEzJUEhIapywDwDo",
      "y":"SJJ6vA0RhiRYrV-k2PNphO0jjGP93w7VVrlDg1g2iH0",
      "d":"f6Gy_3KxYgMZ_LEw5Ln9K4Gp1oJbX-yxQ47JvNS1LlQ"})");
  return jwk;
}

/// The set with its public half.
inline const char* key_set = R"({"keys":[{"kty":"EC","kid":"k1","crv":"P-256",
    "x":"1gjAKsZm-YVGp6ZQK0STAr8FOD9MEzJUEhIapywDwDo",
    "y":"SJJ6vA0RhiRYrV-k2PNphO0jjGP93w7VVrlDg1g2iH0"}]})";

}  // namespace fuzz
