#include "model/model.hpp"

namespace model {
namespace {

base::Json date(const std::optional<Time>& time) {
  return time ? base::Json(base::iso8601(*time)) : base::Json();
}

}  // namespace

base::Json id_json(const std::string& id) {
  if (id.empty() || id.size() > 15 || id.find_first_not_of("0123456789") != std::string::npos ||
      id.front() == '0')
    return id;
  return static_cast<std::int64_t>(std::stoll(id));
}

base::Json to_json(const User& user) {
  return base::Json::object({{"id", id_json(user.id)},
                             {"name", user.name},
                             {"email", user.email},
                             {"emailVerified", date(user.email_verified)},
                             {"image", user.image},
                             {"createdAt", date(user.created_at)},
                             {"updatedAt", date(user.updated_at)}});
}

}  // namespace model
