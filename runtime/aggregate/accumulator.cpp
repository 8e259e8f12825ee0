// Which class does which aggregate: see accumulator.h.
#include "runtime/aggregate/accumulator.h"

namespace faultline::aggregate {

std::unique_ptr<Accumulator> MakeAccumulator(const Spec& spec, std::int64_t width) {
  switch (spec.kind) {
    case ir::AggregateKind::kCount:
    case ir::AggregateKind::kSum:
    case ir::AggregateKind::kMean:
    case ir::AggregateKind::kStddev:
    case ir::AggregateKind::kRate:
      return MakeMoments(spec, width);
    case ir::AggregateKind::kMin:
    case ir::AggregateKind::kMax:
      return MakeExtreme(spec, width);
    case ir::AggregateKind::kFirst:
    case ir::AggregateKind::kLast:
    case ir::AggregateKind::kList:
      return MakeKept(spec, width);
    case ir::AggregateKind::kDistinct:
      return MakeDistinct(spec, width);
    case ir::AggregateKind::kPercentile:
      return MakePercentile(spec, width);
    case ir::AggregateKind::kTop:
      return MakeTop(spec, width);
  }
  return nullptr;
}

}  // namespace faultline::aggregate
