#include "routes/context.hpp"

// Where a flow waits for its callback. Without a database that is the browser itself, in two encrypted
// cookies.
namespace routes {
namespace {

constexpr size_t tab_limit = 3;        // sign-ins under way in one browser
constexpr size_t cookie_limit = 3800;  // bytes: beyond 4,096, with its attributes, browsers drop it
constexpr std::string_view state_purpose = "state";
constexpr std::string_view verifier_purpose = "pkce.code_verifier";

/// The list that a cookie holds; empty if it is not ours or too old.
base::Json::Array open(const Context& context, const Cookie& cookie, std::string_view purpose) {
  const std::string sealed = context.cookie(cookie);
  auto list =
      sealed.empty() ? std::nullopt : auth::unseal(sealed, purpose, context.services.secret(), context.now());
  return list && list->is_array() ? std::move(list->elements()) : base::Json::Array{};
}

std::string sealed(Context& context, std::string_view purpose, const base::Json::Array& list) {
  return auth::seal(base::Json(list), purpose, oauth::flow_lifetime, context.services.secret(), context.now(),
                    context.services.random);
}

/// Puts the list into the cookie; the oldest go until it is small enough.
void close(Context& context, const Cookie& cookie, std::string_view purpose, base::Json::Array list) {
  if (list.size() > tab_limit) list.erase(list.begin());
  std::string text = sealed(context, purpose, list);
  while (text.size() > cookie_limit && list.size() > 1) {
    list.erase(list.begin());
    text = sealed(context, purpose, list);
  }
  // A callback URL of its own accord can be too long: better to end at the start page than not to sign in.
  if (text.size() > cookie_limit && !list.empty()) {
    list.front().erase("callbackUrl");
    text = sealed(context, purpose, list);
  }
  if (list.empty()) return context.clear_cookie(cookie);
  context.set_cookie(cookie, text, context.now() + oauth::flow_lifetime);
}

base::Json to_json(const model::Flow& flow) {
  return base::Json::object({{"key", flow.key_hash},
                             {"provider", flow.provider_id},
                             {"browser", flow.browser},
                             {"nonce", flow.nonce},
                             {"secret", flow.request_token_secret},
                             {"callbackUrl", flow.callback_url},
                             {"pkce", !flow.code_verifier.empty()},
                             {"expires", base::iso8601(flow.expires)}});
}

model::Flow from_json(const base::Json& json) {
  const auto text = [&](std::string_view name) { return json.text_of(name).value_or(""); };
  return {.key_hash = text("key"),
          .provider_id = text("provider"),
          .browser = text("browser"),
          .code_verifier = {},
          .nonce = text("nonce"),
          .request_token_secret = text("secret"),
          .callback_url = text("callbackUrl"),
          .expires = base::parse_time(text("expires")).value_or(base::Time{})};
}

/// Removes the entry of this key from the list and gives it.
std::optional<base::Json> take(base::Json::Array& list, const std::string& key) {
  for (auto entry = list.begin(); entry != list.end(); ++entry) {
    if (entry->text_of("key") != key) continue;
    base::Json found = std::move(*entry);
    list.erase(entry);
    return found;
  }
  return {};
}

}  // namespace

void save_flow(Context& context, const model::Flow& flow) {
  if (context.has_store()) return context.store().save_flow(flow);
  const Cookies& cookies = context.options.cookies;
  auto states = open(context, cookies.state, state_purpose);
  take(states, flow.key_hash);
  states.push_back(to_json(flow));
  close(context, cookies.state, state_purpose, std::move(states));
  if (flow.code_verifier.empty()) return;
  auto verifiers = open(context, cookies.pkce_code_verifier, verifier_purpose);
  take(verifiers, flow.key_hash);
  verifiers.push_back(base::Json::object({{"key", flow.key_hash}, {"code_verifier", flow.code_verifier}}));
  close(context, cookies.pkce_code_verifier, verifier_purpose, std::move(verifiers));
}

std::optional<model::Flow> take_flow(Context& context, const std::string& key_hash) {
  if (context.has_store()) return context.store().take_flow(key_hash);
  const Cookies& cookies = context.options.cookies;
  auto states = open(context, cookies.state, state_purpose);
  const auto state = take(states, key_hash);
  if (!state) return {};
  close(context, cookies.state, state_purpose, std::move(states));
  model::Flow flow = from_json(*state);
  auto verifiers = open(context, cookies.pkce_code_verifier, verifier_purpose);
  if (const auto verifier = take(verifiers, key_hash)) {
    flow.code_verifier = verifier->text_of("code_verifier").value_or("");
    close(context, cookies.pkce_code_verifier, verifier_purpose, std::move(verifiers));
  }
  // Whoever can take a cookie away from this browser must not take PKCE away with it.
  const base::Json* with_verifier = state->find("pkce");
  if (with_verifier && *with_verifier == base::Json(true) && flow.code_verifier.empty()) return {};
  return flow;
}

}  // namespace routes
