namespace Marketplace.Fleet.Policies;

/// <summary>One run of a job, as a policy sees it.</summary>
public readonly record struct Ballot(int Provider, Answer Answer);

/// <summary>What the runs of a job so far mean.</summary>
public abstract record Ruling;

/// <summary>So many others are to run it.</summary>
public sealed record AskMore(int Count) : Ruling;

/// <summary>A result is accepted.</summary>
/// <param name="Agreed">What of it goes into the records of those who gave it.</param>
/// <param name="Differed">What of it goes into the records of those who gave another.</param>
public sealed record AcceptAnswer(Answer Answer, Mark Agreed, Mark Differed) : Ruling;

/// <summary>Nobody leads: a machine of the operator runs it once more and is right. No record changes.</summary>
public sealed record AskReference : Ruling;

/// <summary>What a record is told of one run.</summary>
public enum Mark : byte
{
    None = 0,
    Valid = 1,
    Fault = 2,
}

/// <summary>What follows for a provider whose record was marked.</summary>
/// <param name="ForfeitedJobs">So many held jobs are not paid; 0 for none.</param>
/// <param name="IsEjected">It is drawn no more.</param>
/// <param name="Backtracks">Its held jobs that nobody checked are run again.</param>
public readonly record struct Aftermath(int ForfeitedJobs, bool IsEjected, bool Backtracks)
{
    public static Aftermath Nothing => default;

    public static Aftermath Ejection => new(0, IsEjected: true, Backtracks: false);
}

/// <summary>A way to keep providers honest: when others run a job too, whom to believe, and what follows.</summary>
public interface IPolicy
{
    /// <summary>What the ballots mean; the first is the primary's, and alone where nobody was asked yet.</summary>
    Ruling Decide(IReadOnlyList<Ballot> ballots);

    /// <summary>Whether a provider that was drawn may run this job too.</summary>
    bool MayCheck(int provider, IReadOnlyList<Ballot> ballots);

    /// <summary>A job was decided with more than one ballot.</summary>
    Aftermath Record(int provider, Mark mark);

    /// <summary>Whether a provider can tell that it is watched.</summary>
    bool IsSuspected(int provider);
}
