using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>What the engine below shows of itself to those who follow it from outside.</summary>
public sealed partial class BookEngine
{
    /// <summary>A copy of the engine below, from which its state goes on by the commands that it is sent.</summary>
    internal EngineImage Image() => matching.Capture(null);
}
