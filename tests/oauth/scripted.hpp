#pragma once
// What comes from outside, for tests of oauth/: answers of providers, time, chance.
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/crypto.hpp"
#include "http/client.hpp"
#include "oauth/oauth.hpp"

namespace scripted {

/// Answers as it is told and keeps what it was asked.
struct Client : http::Client {
  std::function<http::Answer(const http::Outgoing&)> answer;
  std::vector<http::Outgoing> asked;

  http::Answer send(const http::Outgoing& request) override {
    asked.push_back(request);
    return answer(request);
  }
};

struct Clock : base::Clock {
  base::Time time = base::parse_time("2026-11-23 16:00:00").value();
  base::Time now() const override { return time; }
};

/// Counts: each time other bytes, the same in each run.
struct Random : crypto::Random {
  std::uint8_t next = 0;
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = next++;
  }
};

struct NoCache : oauth::DocumentCache {
  std::optional<oauth::Document> find(const std::string&) override { return {}; }
  void keep(const std::string&, const oauth::Document&) override {}
};

}  // namespace scripted
