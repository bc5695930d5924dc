// A provider that is many issuers: which one it is, the claims say, and the entry what they may say.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string document_url = std::string(HostileProvider::issuer) + "/.well-known/openid-configuration";

/// As Microsoft's for any tenant: the document names none.
Json of_any_tenant() {
  return Json::object(
      {{"oidc", Json::object({{"discovery", document_url},
                              {"iss", Json::object({{"template", "https://op.example/{claims.tid}"}})}})}});
}

/// As Google's, with and without its scheme.
Json of_two_names() {
  return Json::object({{"oidc", Json::object({{"iss", Json::array({"https://op.example", "op.example"})}})}});
}

struct Tenants : World {
  Tenants() : World({.op = of_any_tenant()}) {
    op.document.set("issuer", "https://op.example/{tenantid}");
    in_token("t1", "https://op.example/t1");
  }
  void in_token(const Json& tid, const std::string& iss) {
    op.in_claims = [=](Json& claims) {
      claims.set("tid", tid);
      claims.set("iss", iss);
    };
  }
  void in_answer(const std::string& iss) {
    op.in_answer = [=](http::Pairs& parameters) { parameters.emplace_back("iss", iss); };
  }
};

}  // namespace

TEST_CASE("the issuer of a person of any tenant is that of the person's tenant") {
  Tenants w;
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("one tenant does not speak for another") {
  Tenants w;
  w.in_token("t1", "https://op.example/t2");
  CHECK(refusal(w) == "OAuthCallback: id_token: iss is https://op.example/t2");
  w.in_token("t1", "https://op.example/{tenantid}");
  CHECK(refusal(w) == "OAuthCallback: id_token: iss is https://op.example/{tenantid}");
}

TEST_CASE("without a tenant there is no issuer that would be right") {
  Tenants w;
  w.in_token(nullptr, "https://op.example/null");
  CHECK(refusal(w).starts_with("OAuthCallback: id_token: "));
  w.op.in_claims = [](Json& claims) { claims.set("iss", "https://op.example/undefined"); };
  CHECK(refusal(w).starts_with("OAuthCallback: id_token: "));
}

// RFC 9207: the claims, which say which tenant it is, come later.
TEST_CASE("iss in an answer of any tenant is not compared, unless it is announced") {
  Tenants w;
  w.in_answer("https://op.example/t1");
  CHECK(w.sign_in().location == "https://example.com");
  Tenants announced;
  announced.op.document.set("authorization_response_iss_parameter_supported", true);
  announced.in_answer("https://evil.example");
  CHECK(refusal(announced) == "OAuthCallback: iss is another issuer's");
}

TEST_CASE("of several names of one issuer each is right, in the answer and in the id_token, and no other") {
  for (const char* name : {"https://op.example", "op.example"}) {
    CAPTURE(name);
    World w({.op = of_two_names()});
    w.op.in_claims = [&](Json& claims) { claims.set("iss", name); };
    w.op.in_answer = [&](http::Pairs& parameters) { parameters.emplace_back("iss", name); };
    CHECK(w.sign_in().location == "https://example.com");
  }
  World w({.op = of_two_names()});
  w.op.in_claims = [](Json& claims) { claims.set("iss", "http://op.example"); };
  CHECK(refusal(w) == "OAuthCallback: id_token: iss is http://op.example");
  w.op.in_answer = [](http::Pairs& parameters) { parameters.emplace_back("iss", "http://op.example"); };
  CHECK(refusal(w) == "OAuthCallback: iss is another issuer's");
}
