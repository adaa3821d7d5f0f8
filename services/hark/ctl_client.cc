#include "hark/ctl_client.h"

#include <CLI/CLI.hpp>

#include "base/core/ids.h"
#include "base/rpc/server.h"
#include "base/rpc/status.h"
#include "hark/v1/config.pb.h"

namespace hark {

std::shared_ptr<grpc::Channel> CtlClient::channel() const {
  v1::Grpc files;
  files.set_ca_file(ca_file);
  files.set_token_file(token_file);
  const auto security = rpc::read_security(files);
  if (!security.ok()) throw CLI::ValidationError{security.error().message};
  return rpc::connect(address, *security);
}

int CtlClient::fail(const grpc::Status& result) const {
  const auto error = rpc::from_grpc(result);
  if (result.error_code() == grpc::StatusCode::UNAVAILABLE && result.error_details().empty()) {
    std::fprintf(stderr, "hark ctl: no Hark answers at %s (--address)\n", address.c_str());
  } else {
    std::fprintf(stderr, "hark ctl: %s: %s\n", std::string{name_of(error.reason)}.c_str(),
                 error.message.c_str());
  }
  return 1;
}

bool CtlClient::find_conversation(v1::ConversationService::Stub& stub, const std::string& any_id,
                                  v1::Conversation& out) {
  v1::GetConversationRequest request;
  request.set_id(any_id);
  v1::GetConversationResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
  const auto result = stub.GetConversation(&context, request, &response);
  if (!result.ok()) {
    status = fail(result);
    return false;
  }
  out = std::move(*response.mutable_conversation());
  return true;
}

std::string CtlClient::new_key() const {
  return key.empty() ? "ctl-" + std::to_string(secure_random()) + std::to_string(secure_random()) : key;
}

}  // namespace hark
