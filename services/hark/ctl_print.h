#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/routing_service.pb.h"

/// What `hark ctl` shows to people.
namespace hark {

std::string to_json(const google::protobuf::Message& message);
std::string time_text(std::int64_t ms);

void print_conversation(const v1::Conversation& conversation);
void print_conversations(const v1::ListConversationsResponse& response);
void print_timeline(const v1::ListTimelineResponse& response);
void print_entry(const v1::Entry& entry);
/// Until when the networks take answers.
void print_windows(const v1::Conversation& conversation);
void print_quarantine(const v1::ListQuarantineResponse& response);
void print_agents(const v1::ListAgentsResponse& response);
void print_queue(const v1::ListQueueResponse& response);
/// The queues, one a line.
void print_queues(const v1::SummarizeQueueResponse& response);
void print_why(const v1::ExplainResponse& response);

}  // namespace hark
