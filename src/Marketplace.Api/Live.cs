namespace Marketplace.Api;

/// <summary>
/// What every part of the running host needs: its clock, its log, and a name for this life of the process.
/// </summary>
/// <param name="Life">Differs from one start to the next, so that ids made in memory never meet those of an earlier
/// life.</param>
public sealed record Live(TimeProvider Time, ILogger Logger, string Life);
