using System.Runtime.CompilerServices;

namespace Marketplace.Matching;

/// <content>Memory that is fetched before it is needed.</content>
public sealed partial class MatchingEngine
{
    /// <summary>
    /// Says which command comes soon, so that the order it names is on its way from memory when it comes. Changes
    /// nothing; a command that never comes, or that will be refused, costs only the hint.
    /// </summary>
    /// <remarks>
    /// A deep book is larger than the caches, and a cancel's first look at its order waits for memory.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Expect(in MatchCommand command)
    {
        if (command.Kind is CommandKind.Cancel or CommandKind.Amend && command.Market < MaxMarkets)
        {
            markets[command.Market]?.Prefetch(command.TargetSlot);
        }
    }
}
