#include "hark/demo.h"

#include <grpcpp/grpcpp.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/core/ids.h"
#include "base/rpc/server.h"
#include "hark/demo_call.h"
#include "hark/demo_chat.h"
#include "hark/demo_mail.h"
#include "hark/demo_network.h"
#include "hark/v1/conversation_service.grpc.pb.h"
#include "hark/v1/event_service.grpc.pb.h"

namespace hark {
namespace {

using namespace std::chrono_literals;

constexpr auto kReachable = 3s;
constexpr auto kCallFirst = 3s;

sigset_t end_signals() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  return ends;
}

class Demo {
 public:
  explicit Demo(const DemoOptions& options)
      : options_{options},
        channel_{rpc::connect(options.host + ":" + std::to_string(options.port_base + 1), {})} {}

  Status run() {
    HARK_TRY_VOID(reach());
    std::thread ender{[this] { end_by_signal(); }};
    std::thread listener{[this] { thank_for_answers(); }};
    start_call();  // first: a call takes a whole desk, which chats and mails would have filled
    start_chats();
    start_network();
    const auto status = write_mails();
    if (status.ok() && !is_stopping()) {
      std::printf(
          "Every mail is in. Answer some in the console: the customers will thank you in the same thread.\n");
      std::fflush(stdout);
      std::unique_lock lock{mutex_};
      done_.wait_for(lock, std::chrono::seconds{options_.listen_seconds}, [this] {
        return stopping_ || (thanked_.size() == demo_customers().size() && chatting_ == 0);
      });
    }
    {
      const std::lock_guard lock{mutex_};
      if (listening_) listening_->TryCancel();
      stopping_ = true;
    }
    for (auto& chat : chats_) chat->leave();
    if (network_) network_->leave();
    if (call_) call_->leave();
    for (auto& thread : threads_) thread.join();
    listener.join();
    ender.join();
    return status;
  }

 private:
  /// Before anything is played, so that one line says what is wrong.
  Status reach() {
    if (channel_->WaitForConnected(std::chrono::system_clock::now() + kReachable)) return {};
    const auto port = std::to_string(options_.port_base + 1);
    return Error{Code::kUnavailable, Reason::kUnspecified,
                 "no Hark answers at " + options_.host + ":" + port +
                     " (gRPC, --port-base + 1); start one with `hark up`, or name its ports: hark demo "
                     "--port-base N"};
  }

  /// Ctrl-C: the customers leave, their calls are hung up, and the demo ends.
  void end_by_signal() {
    const auto ends = end_signals();
    const timespec look_every{0, 100'000'000};
    for (;;) {
      const bool signalled = sigtimedwait(&ends, nullptr, &look_every) > 0;
      const std::lock_guard lock{mutex_};
      if (stopping_) return;
      if (!signalled) continue;
      std::printf("The customers leave.\n");
      std::fflush(stdout);
      stopping_ = true;
      done_.notify_all();
      return;
    }
  }

  void start_chats() {
    for (const auto& visitor : demo_visitors()) {
      chats_.push_back(
          std::make_unique<DemoChat>(visitor, options_.host, options_.port_base, options_.chat_account));
      ++chatting_;
      threads_.emplace_back([this, &chat = *chats_.back(), &visitor] { play(chat, visitor); });
    }
  }

  /// These take part as long as the demo goes on; it ends without them.
  void start_network() {
    network_ = std::make_unique<DemoNetwork>(options_.host, options_.port_base, options_.bot_account,
                                             options_.bot_api_port);
    threads_.emplace_back([this] {
      const auto status = network_->run([this] { pause(); });
      if (!status.ok())
        std::printf("%-14s cannot be played: %s\n", "Telegram", status.error().message.c_str());
    });
  }
  void start_call() {
    call_ = std::make_unique<DemoCall>(channel_, options_.phone_account);
    threads_.emplace_back([this] {
      const auto status = call_->run();
      if (!status.ok()) std::printf("%-14s cannot call: %s\n", "Janis", status.error().message.c_str());
    });
    call_->wait_until_heard(kCallFirst);
  }

  void play(DemoChat& chat, const DemoVisitor& visitor) {
    const auto status = chat.run([this] { pause(); });
    const std::lock_guard lock{mutex_};
    --chatting_;
    done_.notify_all();
    if (!status.ok() && !stopping_) {
      std::printf("%-14s cannot chat: %s\n", std::string{visitor.name}.c_str(),
                  status.error().message.c_str());
    }
  }

  Status write_mails() {
    int sent = 0;
    // Everybody's first mail, then everybody's second one: the same conversations go on.
    for (std::size_t round = 0; sent < options_.mails; ++round) {
      bool any = false;
      for (const auto& customer : demo_customers()) {
        if (round >= customer.messages.size() || sent >= options_.mails) continue;
        if (is_stopping()) return {};
        any = true;
        HARK_TRY_VOID(write(customer, customer.messages[round], "", customer.subject));
        ++sent;
        pause();
      }
      if (!any) break;
    }
    return {};
  }

  Status write(const DemoCustomer& customer, std::string_view text, std::string_view in_reply_to,
               std::string_view subject) {
    const auto id = "demo-" + std::to_string(secure_random()) + "@example.org";
    const auto mail = demo_mail(customer, options_.mail_to, text, id, in_reply_to, subject);
    HARK_TRY(const auto answer,
             send_by_lmtp(options_.host, options_.port_base + 2, customer.address, options_.mail_to, mail));
    std::printf("%-14s writes: %s (%s)\n", std::string{customer.name}.c_str(), std::string{subject}.c_str(),
                answer.c_str());
    std::fflush(stdout);
    if (!answer.starts_with("2"))
      return Error{Code::kUnavailable, Reason::kStoreUnavailable, "the mail was not taken: " + answer};
    return {};
  }

  bool is_stopping() {
    const std::lock_guard lock{mutex_};
    return stopping_;
  }

  void pause() {
    std::unique_lock lock{mutex_};
    done_.wait_for(lock, std::chrono::milliseconds{options_.pause_ms}, [this] { return stopping_; });
  }

  void thank_for_answers() {
    const auto events = v1::EventService::NewStub(channel_);
    grpc::ClientContext context;
    {
      const std::lock_guard lock{mutex_};
      if (stopping_) return;
      listening_ = &context;
    }
    v1::SubscribeRequest request;
    request.set_from_now(true);
    const auto reader = events->Subscribe(&context, request);
    v1::SubscribeResponse response;
    while (reader->Read(&response)) {
      for (const auto& event : response.events()) {
        if (event.type() == v1::EVENT_TYPE_DELIVERY && event.delivery() == v1::DELIVERY_STATE_SENT)
          thank(event);
      }
    }
    reader->Finish();
    const std::lock_guard lock{mutex_};
    listening_ = nullptr;
  }

  void thank(const v1::Event& event) {
    const auto stub = v1::ConversationService::NewStub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 5s);
    v1::ListTimelineRequest request;
    request.set_conversation_id(event.conversation_id());
    request.set_newest(true);
    v1::ListTimelineResponse timeline;
    if (!stub->ListTimeline(&context, request, &timeline).ok()) return;
    for (const auto& entry : timeline.entries()) {
      if (entry.id() != event.entry_id()) continue;
      const auto* customer = customer_of(entry.to().address());
      const auto domain = options_.mail_to.substr(options_.mail_to.rfind('@'));
      if (customer && thanked_now(std::string{customer->address})) {
        (void)write(*customer, customer->thanks, entry.native_id() + domain, entry.content().subject());
      }
    }
  }

  static const DemoCustomer* customer_of(std::string_view address) {
    for (const auto& customer : demo_customers()) {
      if (address == "mailto:" + std::string{customer.address}) return &customer;
    }
    return nullptr;
  }

  bool thanked_now(std::string address) {
    const std::lock_guard lock{mutex_};
    const bool first = thanked_.insert(std::move(address)).second;
    done_.notify_all();
    return first;
  }

  const DemoOptions& options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::set<std::string> thanked_;
  std::vector<std::unique_ptr<DemoChat>> chats_;
  std::unique_ptr<DemoNetwork> network_;
  std::unique_ptr<DemoCall> call_;
  std::vector<std::thread> threads_;
  std::size_t chatting_ = 0;
  grpc::ClientContext* listening_ = nullptr;
  bool stopping_ = false;
};

}  // namespace

Status run_demo(const DemoOptions& options) {
  const auto ends = end_signals();
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread starts, so that all inherit it
  Demo demo{options};
  return demo.run();
}

}  // namespace hark
