using Marketplace.Verification.Deterrence;

namespace Marketplace.Verification.Judging;

/// <summary>What an ejection does to the jobs that are held (verification 5.11, F4).</summary>
/// <param name="Forfeited">None of them is paid.</param>
/// <param name="RunAgain">Those that nobody checked: their buyers are told whether the answer was right.</param>
/// <param name="RunOn">Those whose check is under way: it goes on to its end.</param>
public sealed record Backtrack(
    IReadOnlyList<HeldJob> Forfeited, IReadOnlyList<HeldJob> RunAgain, IReadOnlyList<HeldJob> RunOn);

/// <summary>Goes back over the unsettled work of a provider that was ejected.</summary>
public static class Backtracking
{
    public static Backtrack Of(HeldPay held) => new(
        held.Jobs,
        [.. held.Jobs.Where(job => job.Progress is CheckProgress.AwaitsDraw or CheckProgress.Unchecked)],
        [.. held.Jobs.Where(job => job.Progress == CheckProgress.Checking)]);
}
