// What agents do to conversations.
#include <utility>

#include "console/answers.h"
#include "console/core/attachment_rules.h"
#include "console/core/mentions.h"
#include "console/service.h"

namespace hark::console {

ConsoleService::Answer ConsoleService::command(SessionPtr session, Request::Command command) {
  auto& port = ports_.conversation;
  switch (command.command_case()) {
    case Request::Command::kReply:
      co_return co_await reply(session, std::move(*command.mutable_reply()));
    case Request::Command::kAddNote:
      co_return co_await add_note(session, std::move(*command.mutable_add_note()));
    case Request::Command::kResolve: {
      auto& call = *command.mutable_resolve();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto resolved, co_await port.resolve(std::move(call)));
      co_return done_with(std::move(*resolved.mutable_ticket()));
    }
    case Request::Command::kReopen: {
      auto& call = *command.mutable_reopen();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto reopened, co_await port.reopen(std::move(call)));
      co_return done_with(std::move(*reopened.mutable_ticket()));
    }
    case Request::Command::kWaiveObligation: {
      auto& call = *command.mutable_waive_obligation();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto waived, co_await port.waive_obligation(std::move(call)));
      co_return done_with(std::move(*waived.mutable_entry()));
    }
    case Request::Command::kTransfer: {
      v1::PassOnRequest request;
      v1::TransferRequest& call = *request.mutable_transfer() = std::move(*command.mutable_transfer());
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      call.clear_fencing_token();  // routing's own way, past the holder's token
      call.clear_by_supervisor();  // that is Reassign
      HARK_CO_TRY(auto passed, co_await ports_.routing.pass_on(std::move(request)));
      co_return done_with(std::move(*passed.mutable_ticket()));
    }
    case Request::Command::kStart: {
      auto& call = *command.mutable_start();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto started, co_await port.start(std::move(call)));
      co_return done_with(std::move(*started.mutable_entry()));
    }
    case Request::Command::kMerge: {
      auto& call = *command.mutable_merge();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      HARK_CO_TRY_VOID(check_reason(call.reason()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto merged, co_await port.merge(std::move(call)));
      co_return done_with(std::move(*merged.mutable_conversation()->mutable_ticket()));
    }
    case Request::Command::kUnmerge: {
      auto& call = *command.mutable_unmerge();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      HARK_CO_TRY_VOID(check_reason(call.reason()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto apart, co_await port.unmerge(std::move(call)));
      co_return done_with(std::move(*apart.mutable_restored()->mutable_ticket()));
    }
    case Request::Command::kPutOnHold:
    case Request::Command::kRelease:
      co_return co_await change_hold(session, std::move(command));
    case Request::Command::kSetPreferredAgents:
      co_return co_await set_preferred_agents(session, std::move(*command.mutable_set_preferred_agents()));
    case Request::Command::kWithdrawCallback: {
      auto& call = *command.mutable_withdraw_callback();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      HARK_CO_TRY_VOID(check_reason(call.reason()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY_VOID(co_await port.withdraw_callback(std::move(call)));
      co_return done();
    }
    case Request::Command::COMMAND_NOT_SET:
      break;
  }
  co_return Error{Code::kInvalidArgument, Reason::kInvalidField,
                  "the command is empty: set one of its fields"};
}

/// Of the agent's own ticket; supervisors may do so with anybody's.
ConsoleService::Answer ConsoleService::change_hold(SessionPtr session, Request::Command command) {
  const auto prepare = [&](auto& call) -> Status {
    HARK_TRY_VOID(check_idempotency_key(call.idempotency_key()));
    call.set_agent_id(session->agent_id);
    call.set_by_supervisor(call.by_supervisor() && session->supervises());
    return {};
  };
  if (command.has_put_on_hold()) {
    HARK_CO_TRY_VOID(prepare(*command.mutable_put_on_hold()));
    HARK_CO_TRY(auto held, co_await ports_.routing.put_on_hold(std::move(*command.mutable_put_on_hold())));
    co_return done_with(std::move(*held.mutable_ticket()));
  }
  auto& call = *command.mutable_release();
  HARK_CO_TRY_VOID(prepare(call));
  call.clear_fencing_token();  // routing's own way
  call.clear_until_ms();
  HARK_CO_TRY(auto released, co_await ports_.conversation.release(std::move(call)));
  co_return done_with(std::move(*released.mutable_ticket()));
}

ConsoleService::Answer ConsoleService::set_preferred_agents(SessionPtr session,
                                                            v1::SetPreferredAgentsRequest call) {
  HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
  for (const auto& id : call.preferred_agent_ids()) {
    if (!directory_.find(id))
      co_return Error{Code::kNotFound, Reason::kAgentNotFound,
                      "preferred_agent_ids: there is no agent '" + id + "'"};
  }
  call.set_agent_id(session->agent_id);
  HARK_CO_TRY(auto set, co_await ports_.conversation.set_preferred_agents(std::move(call)));
  co_return done_with(std::move(*set.mutable_conversation()->mutable_ticket()));
}

ConsoleService::Answer ConsoleService::reply(SessionPtr session, v1::ReplyRequest call) {
  HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
  HARK_CO_TRY_VOID(co_await check_attachments(call));
  call.set_agent_id(session->agent_id);
  const auto answered = call.entry_id();
  auto replied = co_await ports_.conversation.reply(std::move(call));
  if (replied.ok()) {
    co_await drop_draft(session, replied->entry().conversation_id(), answered);
    co_return done_with(std::move(*replied->mutable_entry()));
  }
  // The page is behind, and must see what it missed before it can reply.
  if (replied.error().reason == Reason::kNewerEntries) {
    for (const auto& id : session->open) feeds_.read_again(id);
  }
  co_return replied.error();
}

/// What a reply names must be there: the channel that sends it has nobody to ask.
Task<Status> ConsoleService::check_attachments(v1::ReplyRequest call) {
  std::vector<AttachedFile> files;
  for (const auto& file : call.attachments())
    files.push_back({file.blob().size_bytes(), file.blob().inlined()});
  const auto& setup = options_.setup;
  HARK_CO_TRY_VOID(check_attached(files, setup.attachment_size_max(), setup.attachments_size_max()));
  for (const auto& file : call.attachments()) {
    v1::GetBlobRequest get;
    *get.mutable_blob() = file.blob();
    const auto stream = ports_.blobs.get_blob(std::move(get));
    const auto piece = co_await stream->read();
    if (!piece.ok()) {
      co_return Error{
          piece.error().code, piece.error().reason,
          "attachment '" + file.file_name() + "': " + piece.error().message + "; attach the file again"};
    }
  }
  co_return Status{};
}

/// A crash before this leaves the draft with the key of its attempt: sent again, it acts once.
Task<> ConsoleService::drop_draft(SessionPtr session, std::string conversation_id, std::string entry_id) {
  auto dropped = co_await ports_.store.drop_draft(session->agent_id, conversation_id, entry_id);
  if (!dropped.ok() || dropped->revision() == 0) co_return;
  v1::ConsoleResponse response;
  *response.mutable_draft_kept()->mutable_draft() = *std::move(dropped);
  for_other_pages(*session, [&](Session& other) { other.send(response); });
}

ConsoleService::Answer ConsoleService::add_note(SessionPtr session, v1::AddNoteRequest call) {
  HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
  call.set_agent_id(session->agent_id);
  const std::vector<std::string> named{call.mentions().begin(), call.mentions().end()};
  call.clear_mentions();
  std::vector<std::string> called;
  if (!call.whisper_to().empty()) {
    if (!session->supervises()) {
      co_return Error{Code::kPermissionDenied, Reason::kPermissionDenied, "only supervisors whisper"};
    }
    if (!directory_.find(call.whisper_to())) {
      co_return Error{Code::kNotFound, Reason::kAgentNotFound,
                      "whisper_to: there is no agent '" + call.whisper_to() + "'"};
    }
    called.push_back(call.whisper_to());
  } else {
    called = mentions_in(call.text(), named,
                         [this](std::string_view id) { return directory_.find(id) != nullptr; });
    for (const auto& agent_id : called) call.add_mentions(agent_id);
  }
  const auto conversation_id = call.conversation_id();
  HARK_CO_TRY(auto noted, co_await ports_.conversation.add_note(std::move(call)));
  // Before the answer, so that whoever repeats the note for want of one repeats this as well.
  HARK_CO_TRY_VOID(co_await notify_of_note(noted.entry(), std::move(called)));
  co_await drop_draft(session, conversation_id, {});
  co_return done_with(std::move(*noted.mutable_entry()));
}

}  // namespace hark::console
