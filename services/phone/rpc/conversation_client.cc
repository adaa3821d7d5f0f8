#include "phone/rpc/conversation_client.h"

#include <grpcpp/channel.h>

#include "base/rpc/client_call.h"

namespace hark::phone {

using Calls = v1::ConversationService::Stub::async_interface;

Task<Result<v1::Ticket>> ConversationClient::ticket(std::string conversation_id) {
  v1::GetConversationRequest request;
  request.set_id(std::move(conversation_id));
  HARK_CO_TRY(auto answer, co_await rpc::call(calls_->async(), &Calls::GetConversation, std::move(request)));
  co_return std::move(*answer.mutable_conversation()->mutable_ticket());
}

Task<Status> ConversationClient::transfer(v1::TransferRequest request) {
  HARK_CO_TRY_VOID(co_await rpc::call(calls_->async(), &Calls::Transfer, std::move(request)));
  co_return Status{};
}

}  // namespace hark::phone
