#include "config/reader.hpp"

namespace config {
namespace {

bool is_missing(const base::Json& configured, std::string_view key) {
  const base::Json* value = configured.find(key);
  return !value || value->is_null();
}

/// Relative to the configuration's folder; a name without a slash is looked for in PATH.
void resolve(mail::Server& server, const std::filesystem::path& folder) {
  auto* sendmail = std::get_if<mail::Sendmail>(&server);
  if (!sendmail) return;
  std::string& program = sendmail->command.front();
  if (program.find('/') != std::string::npos) program = (folder / program).lexically_normal().string();
}

bool sends_password_in_clear(const mail::Server& server) {
  const auto* smtp = std::get_if<mail::Smtp>(&server);
  return smtp && !smtp->user.empty() && !smtp->tls_from_the_start &&
         smtp->starttls == mail::Encryption::off && !mail::is_loopback(*smtp);
}

void read_server(const std::string& text, const std::string& pointer, Notes& notes, const Config& config,
                 mail::Server& out) {
  try {
    out = mail::read_server(text);
    resolve(out, config.file.parent_path());
    if (sends_password_in_clear(out))
      notes.warn(pointer, "tls=off: anyone on the way can read the password; leave it out");
  } catch (const mail::ServerError& error) {
    notes.error(pointer, error.what());
  }
}

void read_from(const std::string& text, const std::string& pointer, Notes& notes, mail::Mailbox& out) {
  if (auto mailbox = mail::read_mailbox(text))
    out = std::move(*mailbox);
  else
    notes.error(pointer, "must be one address, as \"Example <no-reply@example.com>\"");
}

}  // namespace

void read_email(const base::Json& configured, providers::Provider& provider, const std::string& pointer,
                Notes& notes, Config& config) {
  routes::EmailOptions email;
  // The catalogue's own values are examples: a mail from example.com would reach nobody.
  if (const auto server = configured.text_of("server"))
    read_server(*server, pointer + "/server", notes, config, email.server);
  else if (is_missing(configured, "server"))
    notes.error(pointer + "/server",
                "missing: who takes mail, as \"smtp://user:password@mail.example.com:587\" or "
                "\"sendmail:/usr/sbin/sendmail\"");
  if (const auto from = configured.text_of("from"))
    read_from(*from, pointer + "/from", notes, email.from);
  else if (is_missing(configured, "from"))
    notes.error(pointer + "/from", "missing: who the mail is from, as \"Example <no-reply@example.com>\"");
  if (const base::Json* age = provider.entry.find("maxAge"); age && age->is_integer()) {
    if (age->integer() > longest_age)
      notes.error(pointer + "/maxAge", "must be at most " + std::to_string(longest_age) + " seconds");
    else
      email.max_age = base::Seconds(age->integer());
  }
  if (const base::Json* confirm = provider.entry.find("confirm"); confirm && confirm->is_bool())
    email.confirm = confirm->boolean();
  if (!config.database)
    notes.warn(pointer,
               "links in mails need a database: without one, signing in by mail ends with Configuration");
  provider.entry.erase("server");
  config.routes.email.insert_or_assign(provider.id, std::move(email));
}

}  // namespace config
