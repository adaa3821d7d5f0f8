#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/core/result.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc
namespace hark::v1 {
class Grpc;
}

namespace hark::rpc {

/// Who may call, and how nobody listens in: TLS (RFC 8446) and bearer tokens (RFC 6750). Without certificates
/// gRPC is plaintext and lets everyone in, which the configuration allows on loopback alone.
struct Security {
  std::string certificate, key;     // PEM, what this process shows
  std::string authorities;          // PEM, whose certificates it believes; empty: plaintext to others
  std::vector<std::string> tokens;  // callers show one of these; this process shows the first
};

/// A token shorter than this could be guessed.
constexpr std::size_t kTokenBytesMin = 32;

/// Reads the files that the configuration names. Errors: INVALID_FIELD with the file and what is wrong with
/// it.
Result<Security> read_security(const v1::Grpc& config);

std::shared_ptr<grpc::ServerCredentials> server_credentials(const Security& security);
std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const Security& security);

}  // namespace hark::rpc
