namespace Marketplace.Cli;

/// <summary>What a verb's exit code means.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int FailedCheck = 1;
    public const int Usage = 2;
    public const int Network = 3;
    public const int MoneyRefused = 4;
}

/// <summary>The command cannot be run as given; the message says how to mend it.</summary>
public sealed class UsageException(string message) : Exception(message);
