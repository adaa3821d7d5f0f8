#include "base/async/service_thread.h"

#include <pthread.h>

namespace hark {

ServiceThread::ServiceThread(std::string name) : name_{std::move(name)} {
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    context_.run();
  }};
}

ServiceThread::~ServiceThread() {
  work_.reset();
  thread_.join();
}

}  // namespace hark
