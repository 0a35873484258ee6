from oifde_simulator_client.transport.blocking import *
