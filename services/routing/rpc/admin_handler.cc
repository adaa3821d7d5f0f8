#include "routing/rpc/admin_handler.h"

namespace hark::routing {

using Reactor = grpc::ServerUnaryReactor;

Reactor* AdminHandler::GetRouting(Context*, const v1::GetRoutingRequest* in, v1::GetRoutingResponse* out) {
  return rpc::run_unary(tasks_, "GetRouting", board_.ask(0, &Routing::get_routing, *in), out);
}
Reactor* AdminHandler::CheckRouting(Context*, const v1::CheckRoutingRequest* in,
                                    v1::CheckRoutingResponse* out) {
  return rpc::run_unary(tasks_, "CheckRouting", board_.ask(0, &Routing::check_routing, *in), out);
}
Reactor* AdminHandler::ApplyRouting(Context*, const v1::ApplyRoutingRequest* in,
                                    v1::ApplyRoutingResponse* out) {
  return rpc::run_unary(tasks_, "ApplyRouting", board_.ask(0, &Routing::apply_routing, *in), out);
}
Reactor* AdminHandler::ListRoutingVersions(Context*, const v1::ListRoutingVersionsRequest* in,
                                           v1::ListRoutingVersionsResponse* out) {
  return rpc::run_unary(tasks_, "ListRoutingVersions", board_.ask(0, &Routing::list_routing_versions, *in),
                        out);
}
Reactor* AdminHandler::RollBackRouting(Context*, const v1::RollBackRoutingRequest* in,
                                       v1::RollBackRoutingResponse* out) {
  return rpc::run_unary(tasks_, "RollBackRouting", board_.ask(0, &Routing::roll_back_routing, *in), out);
}

}  // namespace hark::routing
