#pragma once
#include "store/connection.hpp"
#include "store/joint_writes.hpp"

namespace store {

/// A Store in a database that speaks SQL.
class SqlStore final : public Store {
 public:
  /// `joint`, which outlives it, is of all connections that this process has to the database; null if it is
  /// the only one.
  SqlStore(std::unique_ptr<Connection> db, const base::Clock& clock, JointWrites* joint = nullptr)
      : db_(std::move(db)), clock_(clock), joint_(joint) {}

  void transaction(const std::function<void()>& work) override;

  std::optional<model::User> user(const std::string& id) override;
  std::optional<model::User> user_by_email(const std::string& email) override;
  std::optional<model::User> user_by_account(const std::string& provider_id,
                                             const std::string& provider_account_id) override;
  model::User create_user(const model::User&) override;
  model::User update_user(const model::User&) override;
  std::vector<std::string> providers_of(const std::string& user_id) override;
  void link_account(const model::Account&) override;

  void create_session(const model::Session&) override;
  std::optional<Found> session(const std::string& token) override;
  void renew_session(const std::string& token, base::Time expires) override;
  void delete_session(const std::string& token) override;

  void save_flow(const model::Flow&) override;
  std::optional<model::Flow> take_flow(const std::string& key_hash) override;

  void save_verification_request(const model::VerificationRequest&) override;
  std::optional<model::VerificationRequest> verification_request(const std::string& identifier,
                                                                 const std::string& token_hash) override;
  bool take_verification_request(const std::string& identifier, const std::string& token_hash) override;

  std::optional<Document> document(const std::string& url) override;
  void save_document(const std::string& url, const Document&) override;

  std::string setting(const std::string& name, const std::function<std::string()>& make) override;
  std::optional<std::string> recall(const std::string& name) override;
  void remember(const std::string& name, const std::string& value) override;

  std::chrono::milliseconds take_token(const std::string& bucket, unsigned count,
                                       base::Seconds window) override;
  size_t delete_expired(base::Time now, size_t batch) override;

  Connection& connection() { return *db_; }

 private:
  /// The session whose row holds this; `token` is what the cookie holds.
  std::optional<Found> stored_session(const std::string& stored, const std::string& token);

  std::unique_ptr<Connection> db_;
  const base::Clock& clock_;
  JointWrites* joint_;
  bool in_transaction_ = false;
};

/// What open() opens.
std::unique_ptr<SqlStore> open_sql(const Options&, const base::Clock&, const base::Log&,
                                   JointWrites* = nullptr);

}  // namespace store
