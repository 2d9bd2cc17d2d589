using System.CommandLine;
using Marketplace.Inference;

namespace Marketplace.Cli;

/// <summary><c>mkt model digest</c>: whether the embedded model gives the same bits here as everywhere.</summary>
public static class ModelVerb
{
    private const int MostThreads = 256;

    public static Command Make()
    {
        var threads = new Option<int>("--threads") { Description = "Changes no bit", DefaultValueFactory = _ => 1 };
        var digest = new Command("digest", "Hash every logit of fixed runs, and compare") { threads };
        digest.SetAction(parsed => Digest(parsed.GetValue(threads)));
        return new Command("model", "The embedded model") { digest };
    }

    private static int Digest(int threads)
    {
        if (threads is < 1 or > MostThreads)
        {
            throw new UsageException($"--threads is 1 to {MostThreads}");
        }

        var digest = LogitsDigest.Compute(threads);
        Console.WriteLine(digest);
        if (digest == LogitsDigest.Expected)
        {
            return ExitCodes.Ok;
        }

        Console.Error.WriteLine(
            $"This machine does not belong to {DemoLexiconEngine.DeterminismClass}: {LogitsDigest.Expected} is right.");
        return ExitCodes.FailedCheck;
    }
}
