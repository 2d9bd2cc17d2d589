using System.CommandLine;
using Marketplace.Chain;
using Marketplace.Cli;
using Marketplace.Escrow;
using Marketplace.Ethereum;

var json = new Option<bool>("--json") { Description = "One JSON object a line on standard output", Recursive = true };
var root = new RootCommand("mkt: the open marketplace for AI inference")
{
    json,
    UpVerb.Make(),
    ProviderVerb.Make(),
    GatewayVerb.Make(),
    KeysVerb.Make(),
    DeployVerb.Make(),
    AuditVerb.Make(),
    BookVerb.Make(),
    QuoteVerb.Make(),
    DemoVerb.Make(),
    ModelVerb.Make(),
    BenchVerb.Make(),
    SimulateVerb.Make(),
};
foreach (var verb in MoneyVerbs.Make())
{
    root.Add(verb);
}

var parsed = root.Parse(args);
Screen.IsJson = parsed.GetValue(json);
try
{
    var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 && code != ExitCodes.Ok ? ExitCodes.Usage : code;
}
catch (UsageException mistake)
{
    return Failure(ExitCodes.Usage, mistake.Message);
}
catch (Exception refusal) when (refusal is CallRevertedException or CallRefusedException)
{
    return Failure(ExitCodes.MoneyRefused, refusal.Message);
}
catch (Exception fault) when (fault is ChainFaultException or CallUnconfirmedException or RpcException
    or LocalChainException or HttpRequestException)
{
    return Failure(ExitCodes.Network, fault.Message);
}
catch (DemoFailedException failure)
{
    return Failure(ExitCodes.FailedCheck, failure.Message);
}
catch (OperationCanceledException)
{
    return Failure(ExitCodes.FailedCheck, "Stopped.");
}

static int Failure(int code, string message)
{
    Console.Error.WriteLine($"mkt: {message}");
    return code;
}
