package horae.local;

import java.util.concurrent.locks.LockSupport;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * The campaign of an ad, as a remote look-up with a service time would answer it.
 *
 * <p>The thread is parked for the service time, so that a slot's capacity is 1,000,000 / service time in
 * microseconds records a second on any machine, and so that an overloaded slot is busy without using CPU.
 */
public class CampaignLookup extends ScalarFunction {

    /** Sleeps are longer than asked; what is owed or was overslept carries over to the next record. */
    private transient long credit;

    /**
     * Answers after the service time.
     *
     * @param adId ad of the event, such as {@code ad-17}
     * @param campaigns how many campaigns there are
     * @param serviceMicros service time of one look-up in microseconds
     * @return campaign of the ad, always the same for the same ad
     */
    public String eval(String adId, Integer campaigns, Integer serviceMicros) {
        serve(serviceMicros * 1_000L);
        int ad = Integer.parseInt(adId.substring(adId.lastIndexOf('-') + 1));
        return "campaign-" + ad % campaigns;
    }

    private void serve(long nanos) {
        credit += nanos;
        while (credit > 0) {
            long start = System.nanoTime();
            LockSupport.parkNanos(credit);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            credit -= System.nanoTime() - start;
        }
        credit = Math.max(credit, -nanos);
    }

    /** Not a constant to the planner: a call with constant arguments must still pay its service time. */
    @Override
    public boolean isDeterministic() {
        return false;
    }
}
