#include "base/rpc/security.h"

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <openssl/crypto.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "hark/v1/config.pb.h"

namespace hark::rpc {
namespace {

constexpr std::string_view kHeader = "authorization";
constexpr std::string_view kScheme = "Bearer ";

Error unusable(std::string_view field, const std::string& path, std::string_view what) {
  return {Code::kInvalidArgument, Reason::kInvalidField,
          "grpc." + std::string{field} + ": " + path + ": " + std::string{what}};
}

Result<std::string> read_file(std::string_view field, const std::string& path) {
  if (path.empty()) return std::string{};
  std::ifstream file{path, std::ios::binary};
  if (!file) return unusable(field, path, "cannot be read");
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

Result<std::string> read_pem(std::string_view field, const std::string& path) {
  HARK_TRY(auto text, read_file(field, path));
  if (!path.empty() && text.find("-----BEGIN ") == std::string::npos)
    return unusable(field, path, "is not PEM");
  return text;
}

/// One token a line; blank lines and those that begin with '#' are skipped.
Result<std::vector<std::string>> read_tokens(const std::string& path) {
  HARK_TRY(const auto text, read_file("token_file", path));
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    if (line.size() < kTokenBytesMin)
      return unusable("token_file", path, "has a token of less than 32 characters");
    tokens.push_back(std::move(line));
  }
  if (!path.empty() && tokens.empty()) return unusable("token_file", path, "has no token in it");
  return tokens;
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Refuses every call without a token of ours, before a handler sees it.
class TokenCheck : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenCheck(std::vector<std::string> tokens) : tokens_{std::move(tokens)} {}

  [[nodiscard]] bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext*, OutputMetadata* consumed,
                       OutputMetadata*) override {
    const auto found = metadata.find(grpc::string_ref{kHeader.data(), kHeader.size()});
    const std::string_view shown = found == metadata.end()
                                       ? std::string_view{}
                                       : std::string_view{found->second.data(), found->second.size()};
    if (shown.starts_with(kScheme) && knows(shown.substr(kScheme.size()))) {
      consumed->emplace(std::string{kHeader}, std::string{shown});
      return grpc::Status::OK;
    }
    return {grpc::StatusCode::UNAUTHENTICATED,
            shown.empty() ? "this Hark wants a token: authorization: Bearer <one of grpc.token_file>"
                          : "this token is not one of this Hark's grpc.token_file"};
  }

 private:
  [[nodiscard]] bool knows(std::string_view token) const {
    bool known = false;
    for (const auto& ours : tokens_) known |= equal(token, ours);
    return known;
  }

  std::vector<std::string> tokens_;
};

}  // namespace

Result<Security> read_security(const v1::Grpc& config) {
  Security out;
  HARK_TRY(out.certificate, read_pem("certificate_file", config.certificate_file()));
  HARK_TRY(out.key, read_pem("key_file", config.key_file()));
  HARK_TRY(out.authorities, read_pem("ca_file", config.ca_file()));
  HARK_TRY(out.tokens, read_tokens(config.token_file()));
  return out;
}

std::shared_ptr<grpc::ServerCredentials> server_credentials(const Security& security) {
  if (security.certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options{GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE};
  options.pem_key_cert_pairs.push_back({security.key, security.certificate});
  auto credentials = grpc::SslServerCredentials(options);
  if (!security.tokens.empty())
    credentials->SetAuthMetadataProcessor(std::make_shared<TokenCheck>(security.tokens));
  return credentials;
}

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const Security& security) {
  if (security.authorities.empty()) return grpc::InsecureChannelCredentials();
  auto credentials = grpc::SslCredentials({.pem_root_certs = security.authorities});
  if (security.tokens.empty()) return credentials;
  return grpc::CompositeChannelCredentials(credentials,
                                           grpc::AccessTokenCredentials(security.tokens.front()));
}

}  // namespace hark::rpc
