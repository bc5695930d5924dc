// Signatures, against the examples of RFC 5849 and of Twitter's documentation.
#include "oauth/oauth1_signature.hpp"

#include <doctest/doctest.h>

namespace {

std::string base_of(const char* method, const char* url, const http::Pairs& parameters) {
  return oauth::signature_base(method, http::parse_url(url).value(), parameters);
}

/// The parameters of the RFC's photo printing example, §1.2.
http::Pairs printer(const char* timestamp, const char* nonce, const http::Pairs& further) {
  http::Pairs all{{"oauth_consumer_key", "dpf43f3p2l4k3l03"},
                  {"oauth_signature_method", "HMAC-SHA1"},
                  {"oauth_timestamp", timestamp},
                  {"oauth_nonce", nonce}};
  all.insert(all.end(), further.begin(), further.end());
  return all;
}

}  // namespace

TEST_CASE("the signature base string is RFC 5849's, §3.4.1.1") {
  // c2&a3=2+q is the form; names that come twice are sorted by value; the query's + and %20 are spaces.
  CHECK(base_of("POST", "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
                {{"oauth_consumer_key", "9djdj82h48djs9d2"},
                 {"oauth_token", "kkk9d7dh3k39sjv7"},
                 {"oauth_signature_method", "HMAC-SHA1"},
                 {"oauth_timestamp", "137131201"},
                 {"oauth_nonce", "7d8f3e4a"},
                 {"c2", ""},
                 {"a3", "2 q"}}) ==
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c"
        "%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_"
        "method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7");
}

TEST_CASE("the base string's address is RFC 5849's, §3.4.1.2") {
  CHECK(base_of("GET", "http://EXAMPLE.COM:80/r%20v/X?id=123", {}) ==
        "GET&http%3A%2F%2Fexample.com%2Fr%2520v%2FX&id%3D123");
  CHECK(base_of("GET", "https://www.example.net:8080/?q=1#part", {}) ==
        "GET&https%3A%2F%2Fwww.example.net%3A8080%2F&q%3D1");
  CHECK(base_of("GET", "https://example.net", {}) == "GET&https%3A%2F%2Fexample.net%2F&");
}

TEST_CASE("the three requests of RFC 5849's photo example are signed as there, §1.2") {
  constexpr std::string_view secret = "kd94hf93k423kf44";
  CHECK(oauth::hmac_sha1_signature(
            base_of("POST", "https://photos.example.net/initiate",
                    printer("137131200", "wIjqoS", {{"oauth_callback", "http://printer.example.com/ready"}})),
            secret, "") == "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
  CHECK(oauth::hmac_sha1_signature(
            base_of("POST", "https://photos.example.net/token",
                    printer("137131201", "walatlh",
                            {{"oauth_token", "hh5s93j4hdidpola"}, {"oauth_verifier", "hfdp7dh39dks9884"}})),
            secret, "hdhd0244k9j7ao03") == "gKgrFCywp7rO0OXSjdot/IHF7IU=");
  CHECK(oauth::hmac_sha1_signature(
            base_of("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original",
                    printer("137131202", "chapoH", {{"oauth_token", "nnch734d00sl2jdk"}})),
            secret, "pfkkdhi9sl3r4s00") == "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

TEST_CASE("Twitter's documented request is signed as there") {
  CHECK(oauth::hmac_sha1_signature(
            base_of("POST", "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
                    {{"status", "Hello Ladies + Gentlemen, a signed OAuth request!"},
                     {"oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"},
                     {"oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"},
                     {"oauth_signature_method", "HMAC-SHA1"},
                     {"oauth_timestamp", "1318622958"},
                     {"oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"},
                     {"oauth_version", "1.0"}}),
            "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
            "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE") == "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
}

TEST_CASE("header and form are encoded as the signature is: RFC 3986's unreserved characters stay, §3.6") {
  CHECK(oauth::oauth1_header({{"oauth_callback", "http://a.example/r?x=1"}, {"oauth_nonce", "-._~!*'()"}}) ==
        R"(OAuth oauth_callback="http%3A%2F%2Fa.example%2Fr%3Fx%3D1",oauth_nonce="-._~%21%2A%27%28%29")");
  CHECK(oauth::oauth1_form({{"a b", "c+d"}, {"é", ""}}) == "a%20b=c%2Bd&%C3%A9=");
}

TEST_CASE("secrets are encoded before they become the key, §3.4.2") {
  const std::string base = "GET&https%3A%2F%2Fexample.net%2F&";
  CHECK(oauth::hmac_sha1_signature(base, "a&b", "") != oauth::hmac_sha1_signature(base, "a", "b&"));
}

TEST_CASE("a query that is not well-formed is not signed") {
  CHECK_THROWS_AS(base_of("GET", "https://example.net/?a=%zz", {}), http::FormError);
}
