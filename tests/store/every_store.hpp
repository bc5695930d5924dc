#pragma once
#include "scratch.hpp"

/// The kinds of database that every store test runs on.
#define EVERY_STORE scratch::Sqlite

using namespace std::chrono_literals;
using scratch::race;
using scratch::with_email;

inline model::User ann(base::Time verified) {
  model::User user = scratch::named("Ann");
  user.email = "ann@example.com";
  user.email_verified = verified;
  return user;
}
