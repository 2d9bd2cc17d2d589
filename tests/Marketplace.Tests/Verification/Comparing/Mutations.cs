using Marketplace.Kernel;
using Marketplace.Verification.Comparing;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>What can be done to evidence so that it is none.</summary>
public enum Mutation
{
    Absent,
    Empty,
    OneLess,
    OneMore,
    OtherToken,
    NoAlternatives,
    OutOfOrder,
    Twice,
    OtherThanItself,
    LikelierThanTheLast,
    PositiveLogProbability,
    MoreThanCertainTogether,
}

internal static class Mutations
{
    /// <param name="evidence">Two tokens at least.</param>
    public static TokenChoice[]? Apply(Mutation mutation, TokenChoice[] evidence, int place) => mutation switch
    {
        Mutation.Absent => null,
        Mutation.Empty => [],
        Mutation.OneLess => [.. evidence[..place], .. evidence[(place + 1)..]],
        Mutation.OneMore => [.. evidence, evidence[place]],
        _ => [.. evidence[..place], Broken(mutation, evidence[place]), .. evidence[(place + 1)..]],
    };

    public static ComparisonReason ReasonOf(Mutation mutation) => mutation is Mutation.Absent or Mutation.Empty
        ? ComparisonReason.EvidenceMissing
        : ComparisonReason.EvidenceMalformed;

    private static TokenChoice Broken(Mutation mutation, TokenChoice token) => mutation switch
    {
        Mutation.OtherToken => token with
        {
            Id = token.Id + 77,
            Top = [.. token.Top.Select(row => row.Id == token.Id ? row with { Id = row.Id + 77 } : row)],
        },
        Mutation.NoAlternatives => token with { Top = [] },
        Mutation.OutOfOrder => token with { Top = [.. token.Top.Reverse()] },
        Mutation.Twice => token with { Top = [.. token.Top, token.Top[^1]] },
        Mutation.OtherThanItself => token with { MilliNats = (short)(token.MilliNats - 1) },
        Mutation.LikelierThanTheLast => token with
        {
            MilliNats = -2_000,
            Top = [.. token.Top.Select((row, index) => new Alternative(5_000_000 + (uint)index, row.MilliNats))],
        },
        Mutation.PositiveLogProbability => token with { MilliNats = 1, Top = [new(token.Id, 1)] },
        Mutation.MoreThanCertainTogether => token with
        {
            Top = [new(8_000_000, -10), .. token.Top],
        },
        _ => throw new InvariantViolationException($"{mutation} changes more than a token."),
    };
}
