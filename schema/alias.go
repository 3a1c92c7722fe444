package schema

import "strings"

// fieldID is a thing that lines say of an event, whatever they call it.
type fieldID uint8

// The fields. Those before fieldIDs hold one value, the best that the line has; ids are all noted.
const (
	fieldNone fieldID = iota
	fieldTime
	fieldLevel
	fieldMessage
	fieldEvent // message of structlog, name of an event elsewhere
	fieldName  // service of pino and bunyan, logger of others
	fieldLogger
	fieldService
	fieldEnvironment
	fieldHost
	fieldPID
	fieldThread
	fieldVersion
	fieldContainer
	fieldPod
	fieldNamespace
	fieldDuration
	fieldMethod
	fieldPath
	fieldQuery // of a URL, without its question mark
	fieldRequestLine
	fieldRequestHost
	fieldRoute
	fieldController
	fieldAction
	fieldStatus
	fieldIP
	fieldForwarded
	fieldUserAgent
	fieldBytes
	fieldParams
	fieldErrorClass
	fieldErrorMessage
	fieldErrorStack
	fieldError
	fieldSQL
	fieldBinds
	fieldOperation
	fieldTable
	fieldModel
	fieldRecord
	fieldRows
	fieldChanges
	fieldJobClass
	fieldClass // of a job only beside a job's id
	fieldJobStatus
	fieldQueue
	fieldArgs
	fieldAttempt
	fieldRetryCount
	fieldRetryMax
	fieldKind   // of a span: client, server
	fieldClient // names the library that made a call
	fieldOutcome
	fieldEventType
	fieldActor
	fieldUser
	fieldUserName
	fieldUserEmail
	fieldClientID
	fieldAPIKeyID
	fieldView // parts of the duration
	fieldDB
	fieldQueueTime
	fieldUpstreamTime
	fieldPlainID // of the record only beside a model
	fieldFormat  // tells of the format and nothing else
	fieldScopes  // list of surroundings, each with ids

	fieldIDs // what follows is noted each time it is found
	fieldTrace
	fieldDecimalTrace
	fieldTraceHeader
	fieldSpan
	fieldDecimalSpan
	fieldParentSpan
	fieldRequest
	fieldCorrelation
	fieldCausation
	fieldSession
	fieldJob
	fieldBatch
	fieldWorkflow
	fieldMessageID
	fieldIncident

	fieldBoxes // what follows is only a place to look into
	fieldBox
)

// box says what an object under a key is to the keys inside of it.
type box uint8

const (
	boxNone   box = iota // a value like any other
	boxPath              // a part of the names inside: http.request.method
	boxOpen              // a bag: the names inside count as if they stood outside
	boxHeader            // headers of a request
)

// alias is one spelling of a field.
type alias struct {
	key    string // folded
	field  fieldID
	rank   uint8 // of the spelling, lower is better
	unit   int64 // of a duration, nanoseconds; 0: by format
	box    box
	prefix string // of the names inside, when not the key itself
	mark   uint64 // what the key tells of the format
}

// What a key tells of the format of its line.
const (
	markPinoV uint64 = 1 << iota
	markLogstash
	markECS
	markCLEF
	markMonolog
	markSemantic
	markSidekiq
	markPython
	markStructlog
	markZap
	markGCP
	markTraefik
	markCaddy
	markEnvoy
	markNginx
	markPostgres
	markGELF
	markLograge
	markLog4j
	markRust
	markRailsEvent
	markHost // hostname
	markMsg  // msg
	markMessage
	markTime // time
	markLambda
	markHeroku
	markTS // ts
	markJournald
	markOTLP
	markCloudEvents
	markOwn // event_type and action of our own events
	markEvents
	markMongo
	markDocker
	markCloudWatch
	markTelemetry // of Lambda
	markAzure
	markGateway // API Gateway
	markAudit   // of Google
	markForward // of programs that pass lines on
	markStreams // Loki
	markTrail   // CloudTrail
	markBridge  // EventBridge
	markFlare   // Cloudflare
	markKong
	markSentry
	markDatadog
)

// aliasText lists the spellings of each field, best first. Keys are folded: lower case, without separators; "@" counts. A
// key in parentheses tells of its format. See the guide to formats for where each comes from.
var aliasText = [...]struct {
	field fieldID
	unit  int64
	keys  string
}{
	{fieldTime, 0, `timestamp time ts @timestamp @t asctime datetime eventtime eventtimestamp logtime logtimestamp created createdat instant timeunixnano
		observedtimeunixnano starttime startutc edgestarttimestamp msec timeiso8601 timelocal isotime utctime datetimeutc timestampms timestampiso unixtime epoch epochms
		requesttimeepoch t date when timestampseconds timemillis reporttime edgeendtimestamp timeutc requestreceivedtimestamp stagetimestamp receivetimestamp timegenerated`},
	{fieldLevel, 0, `level lvl severity loglevel levelname @l severitytext severitynumber levelvalue priority errorseverity levelno levelindex logseverity levelstring
		syslogseverity logleveltext severityname severitylevel`},
	{fieldMessage, 0, `msg message @m @message renderedmessage shortmessage textpayload fieldsmessage log text body logmessage @mt messagetemplate description logoriginal`},
	{fieldEvent, 0, `event eventname eventaction`},
	{fieldName, 0, `name`},
	{fieldLogger, 0, `logger loggername loglogger sourcecontext target category loggerkey logname`},
	{fieldService, 0, `servicename service ddservice appname app application otelservicename program programname resourcelabelsservicename
		kuberneteslabelsapp kuberneteslabelsappkubernetesioname syslogidentifier servicecontextservice channel microservice resourceservicename containerlabelscomdockercomposeservice`},
	{fieldEnvironment, 0, `environment env deploymentenvironment deploymentenvironmentname serviceenvironment ddenv railsenv rackenv nodeenv appenv stage environmentname
		hostenvironment resourcedeploymentenvironment aspnetcoreenvironment`},
	{fieldHost, 0, `hostname host hosthostname machinename servername instance sourcehost node nodename machine computername hostip`},
	{fieldPID, 0, `pid processid processpid process procid`},
	{fieldThread, 0, `thread tid threadname processthreadname threadid processthreadid threadnameid`},
	{fieldVersion, 0, `serviceversion appversion release applicationversion ddversion buildversion servicecontextversion`},
	{fieldContainer, 0, `containername kubernetescontainername dockercontainername containerid kubernetescontainerid dockerid`},
	{fieldPod, 0, `podname kubernetespodname kubernetespod pod k8spodname`},
	{fieldNamespace, 0, `kubernetesnamespacename kubernetespodnamespace kubernetesnamespace k8snamespacename k8snamespace namespacename`},

	{fieldDuration, millisecond, `durationms elapsedms responsetimems latencyms tookms totalms runtimems requesttimems processingtimems executiontimems exectimems timems
		elapsedmilliseconds durationmillis durationmilliseconds elapsedmillis elapsedtime tookmillis latencymillis timetakenms requestdurationms jobdurationms
		querytimems durationinms totaltimems elapsedinms wallms responselatency httpdurationms upstreamservicetimems elasticsearchslowlogtookmillis`},
	{fieldDuration, second, `durations durationsec durationsecs durationseconds elapseds elapsedsec elapsedseconds latencys latencysec latencyseconds requesttimes requesttimesec
		requesttimeseconds responsetimes responsetimesec runtimes runtimesec processingtimes processingtimesec tooks tookseconds tooksec executiontimesec exectimesec
		requesttime reqtime requestdurationseconds timetakensec taskruntime totaltimesec processtimesec`},
	{fieldDuration, microsecond, `durationus durationmicros durationmicroseconds elapsedus elapsedmicros latencyus latencymicros requesttimeus responsetimeus tookus timetakenus reqtimemicrosec`},
	{fieldDuration, nanosecond, `durationns durationnanos durationnanoseconds eventduration elapsedns elapsednanos latencyns latencynanos tookns`},
	{fieldDuration, 0, `responsetime duration elapsed latency took runtime cost timetaken exectime executiontime processingtime requestduration totaltime totalduration
		httprequestlatency httprequestduration grpctimems grpctimens timespent requestlatency`},

	{fieldMethod, 0, `method httpmethod httprequestmethod requestmethod verb httpverb csmethod clientrequestmethod reqmethod httprequestrequestmethod httpreqmethod
		httpheadermethod requestcontexthttpmethod requestverb`},
	{fieldPath, 0, `path url uri requesturi requestpath urlpath httptarget httppath httpurl urlfull urloriginal requesturl csuristem clientrequesturi requrl requri reqpath
		reqoriginalurl httprequestrequesturl originalurl fullpath resourcepath rawpath requestfullpath httprequesturi httprequesturl httprequestpath urlpathoriginal clientrequestpath
		httprequesttarget`},
	{fieldQuery, 0, `urlquery requestquery querystring requestquerystring csuriquery httpquerystring`},
	{fieldRequestLine, 0, `request requestline httprequestline req`},
	{fieldRequestHost, 0, `requesthost reqhost authority httphost reqheadershost urldomain urlhost virtualhost vhost clientrequesthost serveraddress reqhostname cshost`},
	{fieldRoute, 0, `httproute route pathtemplate routepattern matchedpath urlrule routetemplate routename urltemplate requestroute matchedroute`},
	{fieldController, 0, `controller`},
	{fieldAction, 0, `action`},
	{fieldStatus, 0, `status statuscode httpstatus httpstatuscode httpresponsestatuscode httpresponsestatus resstatuscode resstatus responsecode responsestatus responsestatuscode
		downstreamstatus scstatus edgeresponsestatus httprequeststatus httpresponsecode resultcode grpcstatuscode`},
	{fieldForwarded, 0, `xforwardedfor httpxforwardedfor forwardedfor httpforwardedfor requestxforwardedfor fwd xrealip httpxrealip httpcfconnectingip`},
	{fieldIP, 0, `ip clientip remoteip remoteaddress remoteaddr clientaddress ipaddress sourceip httpclientip networkclientip clienthost clientaddr reqremoteaddress reqremoteip
		reqclientip reqip httprequestremoteip remotehost peerip peeraddress userip sourceipaddress requestip cip netpeerip netsockpeeraddr httprequestip requestremoteaddr requestcontextidentitysourceip`},
	{fieldUserAgent, 0, `useragent httpuseragent useragentoriginal requestuseragent httprequestuseragent clientrequestuseragent csuseragent requseragent httpheaderuseragent agent`},
	{fieldBytes, 0, `bytes bytessent bodybytessent responsesize size respsize downstreamcontentsize httpresponsebodybytes httpresponsesize responsebytes contentlength rescontentlength
		httprequestresponsesize responselength bodysize httpresponsebodysize edgeresponsebytes responsebodysize scbytes byteswritten sentbytes`},
	{fieldParams, 0, `params parameters requestparams queryparams requestparameters`},

	{fieldErrorClass, 0, `errortype errorclass exceptiontype exceptionclass errortypename exctype exceptionname errorname errorkind errorexceptionclass exceptionexctype errorexceptiontype
		errorerrortype errorclassname`},
	{fieldErrorMessage, 0, `errormessage exceptionmessage errorexceptionmessage errormsg excvalue errordescription exceptionexcvalue errorreason errordetail errorerrormessage errormessagetext errordetails`},
	{fieldErrorStack, 0, `stack stacktrace errorstack errorstacktrace exceptionstacktrace backtrace excinfo errorverbose errorbacktrace exceptionbacktrace traceback exctext errorextendedstacktrace
		exceptionstack errortrace errortraceback stackinfo exceptionstring errorstackstring`},
	{fieldError, 0, `error err exception @x exc thrown exceptionobject lasterror panic rejection`},

	{fieldSQL, 0, `sql dbstatement dbquerytext sqlquery statement querytext sqltext dbsql query`},
	{fieldBinds, 0, `binds bindings sqlbinds queryparameters typecastedbinds`},
	{fieldOperation, 0, `operation op dboperation dboperationname crud changetype eventoperation operationname dbop operationtype`},
	{fieldTable, 0, `table tablename dbtable dbsqltable dbcollectionname relation`},
	{fieldModel, 0, `model entity entitytype recordtype collection auditabletype modelname modelclass entityname resourcetype objecttype`},
	{fieldRecord, 0, `recordid modelid entityid pk objectid auditableid resourceid primarykey rowid`},
	{fieldRows, 0, `rows rowcount rowsaffected affectedrows rowsexamined dbrows numrows`},
	{fieldChanges, 0, `changes changeset diff savedchanges auditedchanges objectchanges modifications`},

	{fieldJobClass, 0, `jobclass worker workerclass jobname taskname jobtype workername jobclassname celerytaskname activejobclass task tasktype job`},
	{fieldClass, 0, `class`},
	{fieldJobStatus, 0, `jobstatus jobstate taskstatus taskstate`},
	{fieldQueue, 0, `queue queuename jobqueue`},
	{fieldArgs, 0, `args arguments jobargs jobarguments taskargs`},
	{fieldAttempt, 0, `attempt executions attempts attemptnumber jobattempt jobexecutions attemptsmade trynumber`},
	{fieldRetryCount, 0, `retrycount retries jobretrycount`},
	{fieldRetryMax, 0, `maxattempts maxretries jobretry`},
	{fieldKind, 0, `spankind kind direction httpdirection`},
	{fieldClient, 0, `client peerservice httpclient upstreamservice`},
	{fieldOutcome, 0, `outcome eventoutcome`},
	{fieldEventType, 0, `eventtype type`},
	{fieldActor, 0, `actor`},
	{fieldUser, 0, `userid currentuserid enduserid usrid useruserid accountid memberid customerid principal currentuser user uid remoteuser httprequestuser useridentityarn
		actorid principalid userprincipalid visitorid subjectuserid loggedinuserid personid clientuser userusername clientusername`},
	{fieldUserName, 0, `username userfullname usrname actorname userlogin`},
	{fieldUserEmail, 0, `useremail usremail actoremail`},
	{fieldClientID, 0, `clientid oauthclientid`},
	{fieldAPIKeyID, 0, `apikeyid apitokenid`},
	{fieldView, millisecond, `view viewruntime viewms viewruntimems`},
	{fieldDB, millisecond, `db dbruntime dbms dbruntimems dbdurationms`},
	{fieldQueueTime, millisecond, `queuetimems waitms queueduration queuelatencyms queueingms`},
	{fieldQueueTime, second, `queuedurations schedulinglatencys queuewaits`},
	{fieldUpstreamTime, second, `upstreamresponsetime`},
	{fieldUpstreamTime, millisecond, `upstreamservicetime xenvoyupstreamservicetime`},
	{fieldUpstreamTime, nanosecond, `originduration`},
	{fieldPlainID, 0, `id`},
	{fieldScopes, 0, `scopes spans`},
	{fieldFormat, 0, `@version ecsversion endofbatch loggerfqcn threadpriority`},

	{fieldTrace, 0, `traceid oteltraceid @tr trace tracetraceid mdctraceid contextstracetraceid logginggoogleapiscomtrace xb3traceid httpxb3traceid b3traceid traceid128 httptraceid xtraceid
		spantraceid swtraceid newrelictraceid requesttraceid contexttraceid transactiontraceid w3ctraceid activitytraceid`},
	{fieldDecimalTrace, 0, `ddtraceid xdatadogtraceid httpxdatadogtraceid`},
	{fieldTraceHeader, 0, `traceparent httptraceparent requesttraceparent b3 httpb3 requestb3 ubertraceid httpubertraceid xamzntraceid httpxamzntraceid xraytraceid awsxraytraceid xcloudtracecontext
		httpxcloudtracecontext sentrytrace httpsentrytrace xray httpheaderstraceparent requestxamzntraceid amazontraceid`},
	{fieldSpan, 0, `spanid @sp otelspanid spanspanid mdcspanid contextstracespanid logginggoogleapiscomspanid xb3spanid httpxb3spanid b3spanid transactionid contextspanid currentspanid`},
	{fieldDecimalSpan, 0, `ddspanid`},
	{fieldParentSpan, 0, `parentspanid parentspan spanparentid xb3parentspanid httpxb3parentspanid ddparentid traceparentid spanparentspanid @ps contextstraceparentspanid`},
	{fieldRequest, 0, `requestid xrequestid reqid rid httpxrequestid requestxrequestid httprequestid httpreqid actiondispatchrequestid requestrequestid uniqueid requestuuid
		auditid opcrequestid xamznrequestid xamzrequestid httpxamznrequestid xmsrequestid httpxmsrequestid traceidentifier cfray rayid flyrequestid httpcfray requestuid reqxrequestid mdcrequestid
		awsrequestid requestcontextrequestid lambdarequestid functionrequestid httprequestheadersxrequestid faasinvocationid invocationid ctxrequestid requestidentifier gorequestid functioninvocationid trackingreference xedgerequestid`},
	{fieldCorrelation, 0, `correlationid xcorrelationid httpxcorrelationid requestxcorrelationid corid opid operationid correlation httpcorrelationid correlationidentifier primarycorrelationid
		xcorrelation logcorrelationid`},
	{fieldCausation, 0, `causationid causeid parentid parenteventid inreplyto previouseventid triggeredby`},
	{fieldSession, 0, `sessionid session sid sess anonymousid visitortoken gasessionid connectsid usersessionid xsessionid httpxsessionid phpsessid jsessionid`},
	{fieldJob, 0, `jid jobid activejobid providerjobid taskid celerytaskid celerytaskuuid jobjid jobjobid activityid delayedjobid jobuuid taskuuid jobidentifier bulljobid`},
	{fieldBatch, 0, `bid batchid jobbid`},
	{fieldWorkflow, 0, `workflowid runid executionarn dagrunid pipelineid workflowrunid executionid workflowexecutionid`},
	{fieldMessageID, 0, `messageid messagingmessageid sqsmessageid msgid mailmessageid emailmessageid smtpmessageid mailid`},
	{fieldIncident, 0, `incidentid alertid incident`},
}

// boxText lists the objects that are looked into.
var boxText = [...]struct {
	box    box
	prefix string
	keys   string
}{
	{boxOpen, "", `fields context ctx extra mdc contextmap namedtags labels attributes resource payload jsonpayload data meta metadata properties props attr tags contexts record details detail
		@fields values contextmapstack mdcproperties servicecontext logginggoogleapiscomlabels extradata customdata structureddata eventdata additional additionalinfo baggage
		contextdata state scope dynamic variables message msg otel correlation requestcontext spanattributes extras logcontext tracking customdimensions`},
	{boxPath, "", `http httprequest httpresponse service log trace span event url process processthread transaction parent host dd kubernetes k8s docker container db dbquery messaging deployment
		source client server ecs useragent httprequestbody httpresponsebody processentity network cloud faas level logorigin messagingmessage dboperation dbcollection enduser usr
		deploymentenvironment kubernetespod kubernetescontainer kubernetesnode kuberneteslabels contextstrace httprequestreferrer eventdataset thread responsestatus useridentity`},
	{boxPath, "req", `req request`},
	{boxPath, "res", `res response resp`},
	{boxPath, "error", `err error exception exc thrown exceptiondetails errorinfo errorobject errorerror`},
	{boxPath, "user", `user currentuser`},
	{boxPath, "job", `job`},
	{boxPath, "session", `session`},
	{boxHeader, "http", `headers reqheaders httprequestheaders requestheaders httpheaders`},
}

// markText lists keys that tell of a format.
var markText = [...]struct {
	mark uint64
	keys string
}{
	{markPinoV, `v`}, {markLogstash, `@version`}, {markECS, `ecsversion ecs`}, {markCLEF, `@t @mt @m @l @i @tr`}, {markMonolog, `levelname channel datetime`}, {markSemantic, `levelindex namedtags`},
	{markSidekiq, `lvl tid`}, {markPython, `asctime levelname levelno funcname`}, {markStructlog, `event`}, {markZap, `caller stacktrace`}, {markGCP, `severity logginggoogleapiscomtrace httprequest logginggoogleapiscominsertid`},
	{markTraefik, `downstreamstatus routername startutc`}, {markEnvoy, `responseflags upstreamcluster starttime upstreamservicetime`}, {markNginx, `bodybytessent upstreamresponsetime requestmethod httpuseragent remoteaddr requesttime`},
	{markPostgres, `errorseverity linenum vxid backendtype`}, {markGELF, `shortmessage`}, {markLograge, `controller view db allocations`}, {markLog4j, `instant loggerfqcn endofbatch`},
	{markRust, `target`}, {markHost, `hostname`}, {markMsg, `msg`}, {markMessage, `message`}, {markTime, `time`}, {markTS, `ts`}, {markLambda, `awsrequestid functionname`}, {markHeroku, `dyno`},
	{markRailsEvent, `sourcelocation payload`}, {markJournald, `realtimetimestamp`}, {markOTLP, `resourcelogs resourcespans`}, {markCloudEvents, `specversion`}, {markOwn, `eventtype sourcetype`}, {markTelemetry, `record`}, {markAzure, `resourceid operationid`},
	{markGateway, `httpmethod`}, {markAudit, `protopayload`}, {markForward, `@metadata input sourcetype imagename`}, {markStreams, `streams`}, {markTrail, `eventsource awsregion records`}, {markBridge, `detailtype`}, {markFlare, `edgestarttimestamp`}, {markKong, `latencies`}, {markSentry, `contexts`}, {markDatadog, `ddsource ddtags`}, {markEvents, `events`}, {markMongo, `attr c`}, {markDocker, `stream`}, {markCloudWatch, `logevents logstreamname @logstream`},
}

// aliases is the table of spellings, by hash.
var aliases = newAliasTable()

const (
	aliasBits  = 12
	aliasSeed  = 0x9e3779b9
	aliasPrime = 0x01000193
)

type aliasTable struct {
	slot  [1 << aliasBits]uint16 // index into entry, plus one
	entry []alias
}

func newAliasTable() *aliasTable {
	t := &aliasTable{}
	rows := map[fieldID]int{}
	for _, row := range aliasText {
		for i, key := range strings.Fields(row.keys) {
			e := t.at(strings.ToLower(key))
			if e.field != fieldNone {
				continue
			}
			e.field, e.rank, e.unit = row.field, uint8(50*rows[row.field]+min(i, 49)), row.unit
		}
		rows[row.field]++
	}
	for _, row := range boxText {
		for key := range strings.FieldsSeq(row.keys) {
			e := t.at(key)
			e.box, e.prefix = row.box, row.prefix
			if e.field == fieldNone {
				e.field = fieldBox
			}
		}
	}
	for _, row := range markText {
		for key := range strings.FieldsSeq(row.keys) {
			t.at(key).mark |= row.mark
		}
	}
	return t
}

// at returns the entry of a folded key, new if there is none.
func (t *aliasTable) at(key string) *alias {
	h := uint32(aliasSeed)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * aliasPrime
	}
	for i := h >> (32 - aliasBits); ; i = (i + 1) & (1<<aliasBits - 1) {
		n := t.slot[i]
		if n == 0 {
			t.entry = append(t.entry, alias{key: key})
			t.slot[i] = uint16(len(t.entry))
			return &t.entry[len(t.entry)-1]
		}
		if t.entry[n-1].key == key {
			return &t.entry[n-1]
		}
	}
}

// find returns the entry of the folded key in b, whose hash is h; nil when there is none.
func (t *aliasTable) find(b []byte, h uint32) *alias {
	for i := h >> (32 - aliasBits); ; i = (i + 1) & (1<<aliasBits - 1) {
		n := t.slot[i]
		if n == 0 {
			return nil
		}
		if e := &t.entry[n-1]; e.key == string(b) {
			return e
		}
	}
}

// foldByte maps a byte of a key to what it is compared as; zero is left out.
var foldByte = func() (t [256]byte) {
	for c := range t {
		t[c] = byte(c)
		if c >= 'A' && c <= 'Z' {
			t[c] |= 0x20
		}
	}
	for _, c := range "_-./ :$()" {
		t[c] = 0
	}
	return t
}()

// maxKey is the length of the longest key, with the names of the objects around it, that can have a meaning.
const maxKey = 64

// keyPath is the folded name of where the scanner is.
type keyPath struct {
	b [maxKey]byte
	n int
	h uint32
}

func (k *keyPath) reset() { k.n, k.h = 0, aliasSeed }

// add appends a key and reports whether it fits.
func (k *keyPath) add(key string) bool {
	n, h := k.n, k.h
	for i := range len(key) {
		c := foldByte[key[i]]
		if c == 0 {
			continue
		}
		if n >= maxKey {
			return false
		}
		k.b[n] = c
		n++
		h = (h ^ uint32(c)) * aliasPrime
	}
	k.n, k.h = n, h
	return true
}
