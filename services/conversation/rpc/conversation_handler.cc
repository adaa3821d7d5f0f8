#include "conversation/rpc/conversation_handler.h"

namespace hark::conversation {

using Reactor = ConversationHandler::Reactor;

Reactor* ConversationHandler::Reply(Context*, const v1::ReplyRequest* in, v1::ReplyResponse* out) {
  return rpc::run_unary(tasks_, "Reply", service_.reply(*in), out);
}
Reactor* ConversationHandler::Start(Context*, const v1::StartRequest* in, v1::StartResponse* out) {
  return rpc::run_unary(tasks_, "Start", service_.start(*in), out);
}
Reactor* ConversationHandler::Merge(Context*, const v1::MergeRequest* in, v1::MergeResponse* out) {
  return rpc::run_unary(tasks_, "Merge", service_.merge(*in), out);
}
Reactor* ConversationHandler::Unmerge(Context*, const v1::UnmergeRequest* in, v1::UnmergeResponse* out) {
  return rpc::run_unary(tasks_, "Unmerge", service_.unmerge(*in), out);
}
Reactor* ConversationHandler::AddNote(Context*, const v1::AddNoteRequest* in, v1::AddNoteResponse* out) {
  return rpc::run_unary(tasks_, "AddNote", service_.add_note(*in), out);
}
Reactor* ConversationHandler::Assign(Context*, const v1::AssignRequest* in, v1::AssignResponse* out) {
  return rpc::run_unary(tasks_, "Assign", service_.assign(*in), out);
}
Reactor* ConversationHandler::AnnotateTicket(Context*, const v1::AnnotateTicketRequest* in,
                                             v1::AnnotateTicketResponse* out) {
  return rpc::run_unary(tasks_, "AnnotateTicket", service_.annotate_ticket(*in), out);
}
Reactor* ConversationHandler::SetVerdicts(Context*, const v1::SetVerdictsRequest* in,
                                          v1::SetVerdictsResponse* out) {
  return rpc::run_unary(tasks_, "SetVerdicts", service_.set_verdicts(*in), out);
}
Reactor* ConversationHandler::Resolve(Context*, const v1::ResolveRequest* in, v1::ResolveResponse* out) {
  return rpc::run_unary(tasks_, "Resolve", service_.resolve(*in), out);
}
Reactor* ConversationHandler::Reopen(Context*, const v1::ReopenRequest* in, v1::ReopenResponse* out) {
  return rpc::run_unary(tasks_, "Reopen", service_.reopen(*in), out);
}
Reactor* ConversationHandler::WaiveObligation(Context*, const v1::WaiveObligationRequest* in,
                                              v1::WaiveObligationResponse* out) {
  return rpc::run_unary(tasks_, "WaiveObligation", service_.waive_obligation(*in), out);
}
Reactor* ConversationHandler::WithdrawCallback(Context*, const v1::WithdrawCallbackRequest* in,
                                               v1::WithdrawCallbackResponse* out) {
  return rpc::run_unary(tasks_, "WithdrawCallback", service_.withdraw_callback(*in), out);
}
Reactor* ConversationHandler::Transfer(Context*, const v1::TransferRequest* in, v1::TransferResponse* out) {
  return rpc::run_unary(tasks_, "Transfer", service_.transfer(*in), out);
}
Reactor* ConversationHandler::HoldTicket(Context*, const v1::HoldTicketRequest* in,
                                         v1::HoldTicketResponse* out) {
  return rpc::run_unary(tasks_, "HoldTicket", service_.hold_ticket(*in), out);
}
Reactor* ConversationHandler::ReleaseTicket(Context*, const v1::ReleaseTicketRequest* in,
                                            v1::ReleaseTicketResponse* out) {
  return rpc::run_unary(tasks_, "ReleaseTicket", service_.release_ticket(*in), out);
}
Reactor* ConversationHandler::SetPreferredAgents(Context*, const v1::SetPreferredAgentsRequest* in,
                                                 v1::SetPreferredAgentsResponse* out) {
  return rpc::run_unary(tasks_, "SetPreferredAgents", service_.set_preferred_agents(*in), out);
}
Reactor* ConversationHandler::GetConversation(Context*, const v1::GetConversationRequest* in,
                                              v1::GetConversationResponse* out) {
  return rpc::run_unary(tasks_, "GetConversation", service_.get_conversation(*in), out);
}
Reactor* ConversationHandler::ListTimeline(Context*, const v1::ListTimelineRequest* in,
                                           v1::ListTimelineResponse* out) {
  return rpc::run_unary(tasks_, "ListTimeline", service_.list_timeline(*in), out);
}
Reactor* ConversationHandler::ListConversations(Context*, const v1::ListConversationsRequest* in,
                                                v1::ListConversationsResponse* out) {
  return rpc::run_unary(tasks_, "ListConversations", service_.list_conversations(*in), out);
}
Reactor* ConversationHandler::ListSendingRules(Context*, const v1::ListSendingRulesRequest* in,
                                               v1::ListSendingRulesResponse* out) {
  return rpc::run_unary(tasks_, "ListSendingRules", service_.list_sending_rules(*in), out);
}

Reactor* ConversationHandler::ListQuarantine(Context*, const v1::ListQuarantineRequest* in,
                                             v1::ListQuarantineResponse* out) {
  return rpc::run_unary(tasks_, "ListQuarantine", service_.list_quarantine(*in), out);
}
Reactor* ConversationHandler::ListTickets(Context*, const v1::ListTicketsRequest* in,
                                          v1::ListTicketsResponse* out) {
  return rpc::run_unary(tasks_, "ListTickets", service_.list_tickets(*in), out);
}
Reactor* ConversationHandler::Search(Context*, const v1::SearchRequest* in, v1::SearchResponse* out) {
  return rpc::run_unary(tasks_, "Search", service_.search(*in), out);
}
Reactor* ConversationHandler::RaiseFence(Context*, const v1::RaiseFenceRequest* in,
                                         v1::RaiseFenceResponse* out) {
  return rpc::run_unary(tasks_, "RaiseFence", service_.raise_fence(*in), out);
}
Reactor* ConversationHandler::SetShards(Context*, const v1::SetShardsRequest* in,
                                        v1::SetShardsResponse* out) {
  return rpc::run_unary(tasks_, "SetShards", service_.set_shards(*in), out);
}

}  // namespace hark::conversation
