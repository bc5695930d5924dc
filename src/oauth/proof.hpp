#pragma once
// Private to oauth/: how this site proves to a token endpoint that it is the client.
#include "oauth/oauth.hpp"

namespace oauth {

struct Proof {
  http::Pairs form;                  // client_id and what goes with it
  std::string authorization;         // the header; "" for none
  std::vector<std::string> secrets;  // none of which may reach a log
};

Proof prove(const Provider&, const Metadata&, crypto::Random&, base::Time now);

}  // namespace oauth
